import type { Incident } from '../domain/incident.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { EvidenceDeps } from './deps.ts';
import { measureService, measureTrouble, type Trouble } from './measure.ts';

const MAX_CALLERS = 5;

/**
 * Whether those that call the target are well again, for a step that mends them and not the target. Any trouble of theirs counts: who fails quickly instead of waiting is no longer slow, and not well. The
 * target itself is measured when nobody is known to call it.
 */
export async function measureCallers(deps: EvidenceDeps, incident: Incident, target: EntityRef): Promise<Trouble> {
  const callers = callersOf(incident, target.name);
  if (callers.length === 0) return measureTrouble(deps, incident);
  const looks = await Promise.all(
    callers.map((caller) =>
      measureService(deps, { namespace: incident.namespace, service: caller }, incident.diagnosis?.health),
    ),
  );
  const present = looks.find((look) => look.kind === 'present');
  const worst = present ?? looks.find((look) => look.kind === 'unknown') ?? looks[0]!;
  return { ...worst, health: looks.flatMap(({ health }) => health) };
}

/** The service that hurts; if that is the target, those that were seen to hurt with it and call it. */
function callersOf({ service, diagnosis }: Incident, target: string): string[] {
  if (service !== target) return [service];
  const { nodes = [], edges = [] } = diagnosis?.affected ?? {};
  const hurt = new Set(nodes.filter(({ health }) => health === 'abnormal').map(({ name }) => name));
  return edges
    .filter(({ from, to }) => to === target && hurt.has(from))
    .map(({ from }) => from)
    .slice(0, MAX_CALLERS);
}
