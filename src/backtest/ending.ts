import type { Incident } from '../domain/incident.ts';
import { namedCause } from '../domain/named-cause.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RecordedIncident } from './recorded-incident.ts';
import type { Judgement } from './replay.ts';
import type { Ending } from './rows.ts';

/** What became of the trouble after the decision. This looks at what came later, on purpose: it judges the decision, and no decision sees it. */

/** When it was over, as far as is known; null while it isn't. */
export function endOf(incident: Incident): number | null {
  if (incident.closedAt !== null) return incident.closedAt;
  const ends = incident.alerts.map((alert) => alert.endsAt);
  return ends.length > 0 && ends.every((end) => end !== null) ? Math.max(...ends) : null;
}

/** `metrics` null: nobody recorded whether something was changed. `live`: what Nightshift itself did about it then. */
export async function endingOf(
  incident: Incident,
  judgement: Judgement | undefined,
  live: RecordedIncident | null,
  metrics: Metrics | null,
): Promise<Ending> {
  const end = endOf(incident) ?? (incident.alerts.length === 0 ? (live?.closedAt ?? null) : null);
  if (!judgement) return { how: 'unknown', afterMs: null };
  if (end === null) return { how: 'not_ended', afterMs: null };
  const afterMs = Math.max(0, end - judgement.at);
  const cause = namedCause(judgement.diagnosis)?.entity.name;
  if (live?.executions.some((run) => run.result === 'done' && run.startedAt <= end))
    return { how: 'after_a_step', afterMs };
  if (!metrics) return { how: byOutcome(live), afterMs };
  const names = [...new Set([incident.service, cause ?? incident.service])];
  const changed = await Promise.all(
    names.map((name) => wasChanged(metrics, incident.namespace, name, judgement.at, end)),
  );
  if (changed.includes(true)) return { how: 'after_a_change', afterMs };
  return { how: changed.includes(null) ? 'unknown' : 'by_itself', afterMs };
}

/** Without metrics only what Nightshift itself noted tells. */
function byOutcome(live: RecordedIncident | null): Ending['how'] {
  if (live?.outcome === 'self_healed' || live?.outcome === 'false_alarm') return 'by_itself';
  return live?.outcome === 'healed_by_human' ? 'after_a_change' : 'unknown';
}

/** Kubernetes' names need no escaping; others have no workload. */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LEAST_MS = 60_000;

/** Whether the workload's specification changed, or pods of it were replaced, from `from` to `to`; null when nobody recorded it. */
async function wasChanged(
  metrics: Metrics,
  namespace: string,
  name: string,
  from: number,
  to: number,
): Promise<boolean | null> {
  if (!NAME.test(name) || !NAME.test(namespace)) return null;
  const seconds = Math.ceil(Math.max(LEAST_MS, to - from) / 1000);
  const generation = ['deployment', 'statefulset', 'daemonset']
    .map((kind) => `changes(kube_${kind}_metadata_generation{namespace="${namespace}",${kind}="${name}"}[${seconds}s])`)
    .join(' or ');
  const pods = `kube_pod_created{namespace="${namespace}",pod=~"${name}(-[a-z0-9]+){1,2}"}`;
  const [changes, created] = await Promise.all([
    metrics.instant(`sum(${generation})`, to),
    metrics.instant(`max(last_over_time(${pods}[${seconds}s]))`, to),
  ]);
  if (!changes.ok || !created.ok || (changes.value.length === 0 && created.value.length === 0)) return null;
  return (changes.value[0]?.value ?? 0) > 0 || (created.value[0]?.value ?? 0) * 1000 > from;
}
