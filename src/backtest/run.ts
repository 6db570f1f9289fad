import { createServiceQueries } from '../adapters/prometheus/service-queries.ts';
import { policyFor, queryOptions } from '../app/policy.ts';
import type { Settings } from '../app/settings.ts';
import type { Playbook } from '../domain/types/playbook.ts';
import type { Action } from '../extension-points.ts';
import { type Compared, compare, liveDecision, liveFor } from './agreement.ts';
import { createPastModels, learner, replayDeps } from './deps.ts';
import { endingOf } from './ending.ts';
import { pastCluster } from './past-cluster.ts';
import { resultsOf } from './past-events.ts';
import { createPastStore } from './past-store.ts';
import type { RecordedIncident } from './recorded-incident.ts';
import { recordedActions } from './recorded-plans.ts';
import { type Replayed, replay } from './replay.ts';
import { type Row, rowOf } from './rows.ts';
import type { Source } from './source.ts';
import type { BacktestOptions, PastWorld } from './world.ts';

/** Alerts of the last minutes are looked at until they are decided about. */
const AFTER_MS = 30 * 60_000;

/** One set of playbooks over the past. */
export async function run(
  world: PastWorld,
  source: Source,
  playbooks: Map<string, Playbook>,
  { withinMs }: BacktestOptions,
  told: (share: number, at: number) => void,
): Promise<{ rows: Row[]; compared: Compared[] }> {
  const { at } = world.past;
  at.now = 0;
  const now = () => at.now;
  const known = source.recorded ? new Map(source.recorded.map((one) => [one.id, one])) : null;
  const memory = createPastStore(resultsOf(world.live), now);
  const models = createPastModels();
  const objects = pastCluster(world.settings.cluster, world.past.metrics, now);
  const { settings } = world;
  const parts = {
    metrics: world.past.metrics,
    cluster: objects.cluster,
    queries: createServiceQueries(queryOptions(settings)),
    ...{ memory, now, models, playbooks },
    actions: known
      ? recordedActions(world.actions, (context) => incidentAt(known, memory.all(), context))
      : actionsByName(world.actions),
    detectors: world.detectors,
    correlators: world.correlators,
    kinds: world.kinds,
    policy: (namespace: string, service: string) => policyFor(settings, namespace, service),
    limits: limitsOf(settings),
    protectedNamespaces: settings.protected_namespaces,
  };
  const replayed = await replay(
    {
      deps: replayDeps(parts),
      memory,
      setNow(instant) {
        at.now = Math.max(at.now, instant);
      },
      learn: known || !world.metrics ? async () => {} : learner(parts, world.learned),
      recorded: known && ((incident) => known.get(incident.id)?.diagnosis ?? null),
      progress: (done, total, instant) => told(total === 0 ? 1 : done / total, instant),
    },
    source.events,
    source.to + AFTER_MS,
  );
  for (const one of objects.unknown()) world.unknown.add(one);
  for (const { incident, failed, cutOff } of replayed) {
    const name = `${incident.id} (${incident.service}, ${new Date(incident.openedAt).toISOString()})`;
    if (failed !== null) world.failed.add(`${name} could not be judged: ${failed}`);
    if (cutOff) world.cutOff.add(name);
  }
  return rowsOf(world, replayed, { withinMs, until: source.to }, known !== null);
}

const actionsByName = (actions: Action[]) => new Map(actions.map((action) => [action.name, action]));

/** The recorded incident that an action is planned for. */
function incidentAt(
  known: Map<string, RecordedIncident>,
  incidents: { id: string; namespace: string; service: string; state: { name: string } }[],
  { subject }: { subject: { namespace: string; service: string } },
): RecordedIncident | null {
  const one = incidents.findLast(
    ({ namespace, service, state }) =>
      namespace === subject.namespace && service === subject.service && state.name !== 'closed',
  );
  return one ? (known.get(one.id) ?? null) : null;
}

async function rowsOf(
  world: PastWorld,
  replayed: Replayed[],
  cachedReads: { withinMs: number; until: number },
  sameIds: boolean,
) {
  const rows: Row[] = [];
  const compared: Compared[] = [];
  for (const one of replayed) {
    const live = liveFor(one.incident, world.live, sameIds);
    const ending = await endingOf(one.incident, one.judgement, live, world.metrics);
    const row = rowOf(one, ending, cachedReads);
    rows.push(row);
    if (live) compared.push(compare(row, liveDecision(live)));
  }
  return { rows: rows.sort((a, b) => a.at - b.at), compared };
}

function limitsOf({ limits }: Settings) {
  return {
    maxReplicas: limits.max_replicas,
    maxMemoryBytes: limits.max_memory,
    maxPodsAffectedRatio: limits.max_pods_affected_ratio,
    drainTimeoutMs: limits.drain_timeout,
    servicesAtOnce: limits.services_at_once,
    stormIncidents: limits.storm_incidents,
    stepsPerIncident: limits.steps_per_incident,
    unansweredMs: limits.unanswered,
  };
}
