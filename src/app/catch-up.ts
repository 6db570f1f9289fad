import type { AlertIntake } from '../adapters/http/alertmanager-route.ts';
import type { AlertManager } from '../ports/alert-manager.ts';

/**
 * What fires now by Alertmanager's own word goes the way of a webhook: after hours away, or a Redis that was restored from long ago, and where an incident has ended while its alert still fires.
 * An alert that is known already changes nothing.
 */
export async function catchUp(
  alertManager: Pick<AlertManager, 'firing'>,
  intake: Pick<AlertIntake, 'parse'>,
  log: Record<'info' | 'warn', (fields: object, message: string) => void>,
): Promise<void> {
  const asked = await alertManager.firing();
  if (!asked.ok) return log.warn({ why: asked.message }, 'Alertmanager could not be asked what fires');
  const parsed = intake.parse(asked.value);
  if (!parsed.ok) return log.warn({ why: parsed.message }, 'what Alertmanager says fires could not be read');
  const { received, incidents } = await parsed.accept();
  log.info({ received, incidents: Array.isArray(incidents) ? incidents.length : 0 }, 'asked Alertmanager what fires');
}
