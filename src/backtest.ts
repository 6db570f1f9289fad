import { fileURLToPath } from 'node:url';
import { anySubjectOf } from './adapters/alertmanager/subject.ts';
import { loadPlaybooks } from './adapters/playbooks/load-playbooks.ts';
import { connectPrometheus } from './adapters/prometheus/metrics.ts';
import { createServiceQueries } from './adapters/prometheus/service-queries.ts';
import { type Compared, compare, liveDecision, liveFor } from './backtest/agreement.ts';
import { createPastModels, type Learned, learner, replayDeps } from './backtest/deps.ts';
import { endingOf } from './backtest/ending.ts';
import { pastCluster } from './backtest/past-cluster.ts';
import { eventsOfIncidents, openedEvents, resultsOf } from './backtest/past-events.ts';
import { pastMetrics } from './backtest/past-metrics.ts';
import { createPastStore } from './backtest/past-store.ts';
import type { RecordedIncident } from './backtest/recorded-incident.ts';
import { recordedActions } from './backtest/recorded-plans.ts';
import { type PastEvent, type Replayed, replay } from './backtest/replay.ts';
import { type Row, rowOf } from './backtest/rows.ts';
import { type Changed, changesBetween, type Summary, summaryOf } from './backtest/summary.ts';
import { alertsOfFile, alertsOfPrometheus } from './backtest-alerts.ts';
import { policyFor, queryOptions, readSettingsOf, type Settings } from './config.ts';
import type { Playbook } from './domain/types.ts';
import type { Action, Correlator, Detector } from './extension-points.ts';
import { type ReadIncidents, readIncidents } from './incident-source.ts';
import { loadModules } from './load-modules.ts';
import { unreachableMetrics } from './missing-parts.ts';
import type { Metrics } from './ports.ts';

/** What is wrong with what was asked for, a line each; each names the option. */
export class BacktestErrors extends Error {
  override readonly name = 'BacktestErrors';
}

export type BacktestOptions = {
  /** Epoch ms; null: all of a file, the last 24 hours of Prometheus. */
  from: number | null;
  to: number | null;
  /** Null: the shipped ones. */
  playbooks: string | null;
  against: string | null;
  config: string | null;
  prometheus: string | null;
  /** Files, or for incidents the address of a Nightshift. At most one of them; without any, Prometheus' own record. */
  incidents: string | null;
  alerts: string | null;
  /** Incidents to compare the decisions with. */
  live: string | null;
  token: string | null;
  /** A step is needless when the trouble went by itself within this time. */
  withinMs: number;
};

/** A set of playbooks and what it would have done. */
type Run = { playbooks: string; rows: Row[]; summary: Summary };
export type BacktestReport = Run & {
  source: string;
  from: number;
  to: number;
  cluster: string;
  withinMs: number;
  /** Where the causes come from. */
  evidence: 'metrics' | 'recorded' | 'none';
  compared: Compared[];
  against: (Run & { changed: Changed[]; only: Row[] }) | null;
  /** What wasn't known of the past, in words. */
  unknown: string[];
  /** What could not be read: counted and named, nothing else is lost by it. */
  bad: string[];
  notes: string[];
};
/** `share` in [0, 1] of the part of the work that `words` names. */
export type Told = (words: string, share: number) => void;

const DAY_MS = 86_400_000;
const QUERY_MS = 60_000;
/** A namespace's pods in one answer. */
const MOST_SERIES = 50_000;
/** Alerts of the last minutes are looked at until they are decided about. */
const AFTER_MS = 30 * 60_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

type Source = {
  name: string;
  from: number;
  to: number;
  events: PastEvent[];
  /** Incidents whose recorded diagnosis is judged anew. */
  recorded: RecordedIncident[] | null;
  bad: string[];
};
type World = {
  settings: Settings;
  actions: Action[];
  detectors: Detector[];
  correlators: Correlator[];
  metrics: Metrics | null;
  past: { metrics: Metrics; at: { now: number } };
  learned: Learned;
  live: RecordedIncident[];
  unknown: Set<string>;
  failed: Set<string>;
  cutOff: Set<string>;
};

/** What Nightshift would have done on the alerts of the past. Reads only: nothing that it is made of can write to a cluster, a chat or a store. Rejects with BacktestErrors for what was asked wrongly. */
export async function backtest(options: BacktestOptions, told: Told = () => {}): Promise<BacktestReport> {
  const world = await worldOf(options);
  const [own, other] = [await playbooksOf('--playbooks', options.playbooks), options.against];
  const against = other === null ? null : await playbooksOf('--against', other);
  const read = options.live === null ? null : await reading('--live', options.live, options, told);
  const source = await sourceOf(options, world, told);
  world.live = [...(read?.incidents ?? []), ...(source.recorded ?? [])];
  if (options.incidents !== null && source.recorded === null)
    world.live = (await reading('--incidents', options.incidents, options, () => {})).incidents;
  const first = await run(world, source, own, options, (share) => told('replaying', against ? share / 2 : share));
  const second = against && (await run(world, source, against, options, (share) => told('replaying', 0.5 + share / 2)));
  const compared = first.compared;
  const rows = first.rows;
  return {
    playbooks: options.playbooks ?? 'as shipped',
    rows,
    summary: summaryOf(rows, compared),
    source: source.name,
    from: source.from,
    to: source.to,
    cluster: world.settings.cluster,
    withinMs: options.withinMs,
    evidence: source.recorded ? 'recorded' : world.metrics ? 'metrics' : 'none',
    compared,
    against: second && {
      playbooks: options.against ?? '',
      rows: second.rows,
      summary: summaryOf(second.rows, second.compared),
      ...changesBetween(rows, second.rows),
    },
    unknown: [...world.unknown].sort(),
    bad: [...source.bad, ...(read?.bad ?? []), ...world.failed],
    notes: notesOf(world, source, options.incidents),
  };
}

async function worldOf(options: BacktestOptions): Promise<World> {
  const given = [options.incidents, options.alerts].filter((one) => one !== null);
  if (given.length > 1)
    throw new BacktestErrors('--incidents, --alerts: only one of them can be where the alerts come from');
  if (given.length === 0 && options.prometheus === null)
    throw new BacktestErrors(
      'nothing to read from: give --prometheus URL (or PROMETHEUS_URL), --incidents FILE or URL, or --alerts FILE',
    );
  const settings = readSettingsOf(options.config);
  if (!settings.ok) throw new BacktestErrors(settings.errors.map((one) => `--config: ${one}`).join('\n'));
  const metrics =
    options.prometheus === null
      ? null
      : connectPrometheus({ url: options.prometheus, timeoutMs: QUERY_MS, maxSeries: MOST_SERIES });
  if (metrics)
    await metrics.ping().catch((error: unknown) => {
      throw new BacktestErrors(`--prometheus: ${options.prometheus}: ${wordsOf(error)}`);
    });
  const [actions, detectors, correlators] = await Promise.all([
    loadModules<Action>(here('./actions')),
    loadModules<Detector>(here('./detectors')),
    loadModules<Correlator>(here('./correlators')),
  ]);
  const at = { now: 0 };
  const past = { at, metrics: pastMetrics(metrics ?? unreachableMetrics(), () => at.now) };
  return {
    ...{ settings: settings.settings, actions, detectors, correlators, metrics, past },
    learned: new Map(),
    live: [],
    unknown: new Set(),
    failed: new Set(),
    cutOff: new Set(),
  };
}

async function playbooksOf(option: string, folder: string | null): Promise<Map<string, Playbook>> {
  try {
    const all = await loadPlaybooks([here('../playbooks'), ...(folder === null ? [] : [folder])]);
    return new Map(all.map((playbook) => [playbook.issue, playbook]));
  } catch (error) {
    throw new BacktestErrors(`${option}: ${wordsOf(error)}`);
  }
}

async function reading(option: string, from: string, options: BacktestOptions, told: Told): Promise<ReadIncidents> {
  try {
    return await readIncidents(from, options.token, options, (done) => told(`reading incidents (${done})`, 0));
  } catch (error) {
    throw new BacktestErrors(`${option}: ${wordsOf(error)}`);
  }
}

async function sourceOf(options: BacktestOptions, { settings, metrics, past }: World, told: Told): Promise<Source> {
  const { cluster } = settings;
  if (options.incidents !== null) {
    const { incidents, bad } = await reading('--incidents', options.incidents, options, told);
    const spans = incidents.flatMap(({ openedAt, closedAt }) => [openedAt, closedAt ?? openedAt]);
    const [from, to] = [options.from ?? least(spans), options.to ?? most(spans)];
    const name = `incidents of ${options.incidents}`;
    if (!metrics) return { name, from, to, bad, recorded: incidents, events: incidents.flatMap(openedEvents) };
    const events = eventsOfIncidents(incidents, (alert) => anySubjectOf(alert, cluster));
    return { name, from, to, bad, recorded: null, events };
  }
  if (options.alerts !== null) {
    const { events, bad } = await alertsOfFile(options.alerts, cluster, options).catch((error: unknown) => {
      throw new BacktestErrors(`--alerts: ${wordsOf(error)}`);
    });
    const times = events.map(({ at }) => at);
    const name = `alerts of ${options.alerts}`;
    return { name, from: options.from ?? least(times), to: options.to ?? most(times), events, bad, recorded: null };
  }
  const to = options.to ?? Date.now();
  const from = options.from ?? to - DAY_MS;
  if (from >= to) throw new BacktestErrors('--from: must be before --to');
  // The record of what fired is read as a whole; what it led to is judged instant by instant.
  past.at.now = to;
  const { events, bad } = await alertsOfPrometheus(metrics!, cluster, { from, to }, (at) =>
    told('reading alerts', (at - from) / (to - from)),
  );
  return { name: `alerts recorded by ${options.prometheus}`, from, to, events, bad, recorded: null };
}

const least = (values: number[]): number => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
const most = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), values[0] ?? 0);
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One set of playbooks over the past. */
async function run(
  world: World,
  source: Source,
  playbooks: Map<string, Playbook>,
  { withinMs }: BacktestOptions,
  told: (share: number) => void,
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
      progress: (done, total) => told(total === 0 ? 1 : done / total),
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

function limitsOf({ limits }: Settings) {
  return {
    maxReplicas: limits.max_replicas,
    maxMemoryBytes: limits.max_memory,
    maxPodsAffectedRatio: limits.max_pods_affected_ratio,
    drainTimeoutMs: limits.drain_timeout,
    servicesAtOnce: limits.services_at_once,
    stormIncidents: limits.storm_incidents,
    stepsPerIncident: limits.steps_per_incident,
  };
}

async function rowsOf(
  world: World,
  replayed: Replayed[],
  looking: { withinMs: number; until: number },
  sameIds: boolean,
) {
  const rows: Row[] = [];
  const compared: Compared[] = [];
  for (const one of replayed) {
    const live = liveFor(one.incident, world.live, sameIds);
    const ending = await endingOf(one.incident, one.judgement, live, world.metrics);
    const row = rowOf(one, ending, looking);
    rows.push(row);
    if (live) compared.push(compare(row, liveDecision(live)));
  }
  return { rows: rows.sort((a, b) => a.at - b.at), compared };
}

function notesOf({ settings, metrics, cutOff }: World, { recorded }: Source, found: string | null): string[] {
  const notes: string[] = [];
  if (settings.services.length === 0)
    notes.push(
      'the configuration lists no service, so each counts as critical and is asked about (--config names one)',
    );
  if (settings.mode === 'observe') notes.push('the configuration says mode: observe; this is what act would do');
  if (cutOff.size > 0)
    notes.push(
      `${cutOff.size} incidents went on for so long that looking was given up: ${[...cutOff].slice(0, 5).join(', ')}`,
    );
  if (recorded)
    notes.push(
      'each incident is judged by the diagnosis that was recorded last, at the time of it; with --prometheus it would be diagnosed anew',
    );
  else if (metrics)
    notes.push(
      'plans could not be dry-run: that the API server, quotas and PodDisruptionBudgets would have agreed is assumed',
      found === null
        ? "Nightshift's own look at metrics, which often comes before an alert, is not replayed: only alerts are"
        : 'of what Nightshift saw by itself only the newest anomaly of each kind is recorded, so that some looks in between are missing',
    );
  else notes.push('without --prometheus nothing is known of the time of the alerts, so no cause can be found');
  return notes;
}
