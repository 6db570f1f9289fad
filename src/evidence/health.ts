import type { Health } from '../domain/health.ts';
import type { EvidenceDeps } from './deps.ts';
import { type MetricsLook, metricVitals } from './metric-vitals.ts';
import { objectVitals } from './object-vitals.ts';
import type { ObjectsLook } from './objects-look.ts';

export type HealthLook = MetricsLook & ObjectsLook & Pick<EvidenceDeps, 'clock'>;
export type WhoseHealth = { namespace: string; service: string };

/**
 * How a service is now, from metrics (over the short window: five minutes would show the trouble for minutes after it has gone) and objects. `before`: how it was seen earlier, by which something that is missing now can be told
 * from something that never was. `onlyRequests`: of metrics only what its callers feel.
 */
export async function readHealth(
  look: HealthLook,
  { namespace, service }: WhoseHealth,
  { before, onlyRequests = false }: { before?: Health | undefined; onlyRequests?: boolean } = {},
): Promise<Health> {
  const now = look.clock.now();
  const whose = { namespace, service, now };
  const isWorkload = namespace !== '';
  const [metrics, objects] = await Promise.all([
    isWorkload ? metricVitals(look, whose, { onlyRequests, before: before?.vitals ?? {} }) : {},
    objectVitals(look, whose, before?.object === 'there' || before?.object === 'deleted'),
  ]);
  return { namespace, service, at: now, object: objects.object, vitals: { ...metrics, ...objects.vitals } };
}
