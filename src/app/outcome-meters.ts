import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import { callsWanted, postOf } from '../domain/person-calls.ts';
import { PARTS } from '../domain/proof/outcome-figures.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import { OUTCOMES } from '../domain/types/outcome.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Pager } from '../ports/pager.ts';
import type { IncidentStore } from '../ports/store.ts';

/** Of half a minute to a day: what people call fast and slow. */
const BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 3_600, 14_400, 86_400];
const VERDICTS = ['recovered', 'unchanged', 'worse', 'unknown', 'none'] as const;
const MOST_OPEN = 500;
/** Actions beside these are counted as `other`: who brings his own can't make labels without end. */
const MOST_ACTIONS = 60;

/** Counts each incident when its end is saved, by whichever replica saves it. Label sets are closed: outcomes, phases, verdicts, and the actions that are loaded. */
export function countOutcomes(registry: Registry, store: IncidentStore): IncidentStore {
  const registers = [registry];
  const incidents = new Counter({
    ...{ name: 'nightshift_incidents_total', help: 'Incidents that ended, by how', labelNames: ['outcome'], registers },
  });
  const phases = new Histogram({
    name: 'nightshift_incident_phase_seconds',
    help: 'Where the time went, of incidents that a step healed; total: from the beginning of the trouble to health',
    ...{ labelNames: ['phase'], buckets: BUCKETS, registers },
  });
  const executions = new Counter({
    name: 'nightshift_executions_total',
    help: 'Steps that were carried out, by action and what was verified (none: nothing was)',
    ...{ labelNames: ['action', 'verdict'], registers },
  });
  for (const outcome of OUTCOMES) incidents.inc({ outcome }, 0);
  const actions = new Set<string>();
  const known = (action: string) => {
    if (actions.size < MOST_ACTIONS) actions.add(action);
    return actions.has(action) ? action : 'other';
  };
  const count = (record: OutcomeRecord) => {
    incidents.inc({ outcome: record.outcome });
    for (const { action, verdict } of record.steps)
      executions.inc({ action: known(action), verdict: VERDICTS.find((one) => one === verdict) ?? 'none' });
    if (record.outcome !== 'healed') return;
    const { began, noticed, diagnosed, recommended, decided, changed, over } = record;
    const instants = [began, noticed, diagnosed, recommended, decided, changed, over];
    PARTS.forEach((phase, index) => {
      const [from, to] = [instants[index], instants[index + 1]];
      if (typeof from === 'number' && typeof to === 'number' && to >= from)
        phases.observe({ phase }, (to - from) / 1_000);
    });
    phases.observe({ phase: 'total' }, (over - began) / 1_000);
  };
  return {
    ...store,
    async save(change) {
      const result = await store.save(change);
      // What a later word changes of an end that is known counts no second time.
      if (result.kind === 'saved' && change.outcome && change.before?.state.name !== 'closed') count(change.outcome);
      return result;
    },
  };
}

/** What waits for people, and what hasn't reached them. */
export function measureWaiting(
  registry: Registry,
  store: Pick<IncidentStore, 'listOpen'>,
  clock: Pick<Clock, 'now'>,
): void {
  const registers = [registry];
  const gauges = {
    open: new Gauge({ name: 'nightshift_incidents_open', help: 'Open incidents', registers }),
    undelivered: new Gauge({
      name: 'nightshift_messages_undelivered',
      help: 'Questions, calls for a person and first messages of open incidents that have not reached the chat',
      registers,
    }),
  };
  new Gauge({
    name: 'nightshift_oldest_question_age_seconds',
    help: 'Age of the oldest question that nobody has answered; 0 without one',
    registers,
    async collect() {
      const open = await store.listOpen(MOST_OPEN).catch(() => null);
      if (open === null) return;
      const now = clock.now();
      const asked = open.flatMap(({ state }) => (state.name === 'awaiting_approval' ? [state.since ?? now] : []));
      this.set(Math.max(0, ...asked.map((since) => (now - since) / 1_000)));
      gauges.open.set(open.length);
      const missing = open.map(
        (incident) =>
          (incident.message === null ? 1 : 0) +
          callsWanted(incident).filter((call) => postOf(incident, call) === null).length,
      );
      gauges.undelivered.set(missing.reduce((sum, one) => sum + one, 0));
    },
  });
}

/** Age of the oldest model. */
export function measureModels(registry: Registry, clock: Pick<Clock, 'now'>, trainedAt: () => number[]): void {
  new Gauge({
    name: 'nightshift_oldest_model_age_seconds',
    help: 'Since when the model that was learned longest ago has not been learned anew; 0 without one',
    registers: [registry],
    collect() {
      const all = trainedAt();
      const oldest = all.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
      this.set(all.length === 0 ? 0 : Math.max(0, (clock.now() - oldest) / 1_000));
    },
  });
}

/** Kinds of a failure that are an answer. */
const ANSWERS = new Set(['not_found', 'gone', 'conflict', 'no_data']);
type Api = 'kubernetes' | 'prometheus' | 'slack' | 'pagerduty';

/** Counts the calls of a port that failed: answered so, or thrown. What isn't there is an answer. */
function failureCounter(registry: Registry): <Port extends object>(api: Api, port: Port) => Port {
  const errors = new Counter({
    name: 'nightshift_api_errors_total',
    help: 'Calls to an outside system that failed',
    labelNames: ['api'],
    registers: [registry],
  });
  for (const api of ['kubernetes', 'prometheus', 'slack', 'pagerduty']) errors.inc({ api }, 0);
  return (api, port) => {
    const counted = (value: unknown) => {
      const { ok, failure } = (value ?? {}) as { ok?: unknown; failure?: { kind?: string } };
      if (ok === false && !ANSWERS.has(failure?.kind ?? '')) errors.inc({ api });
      return value;
    };
    const failed = (error: unknown) => {
      errors.inc({ api });
      throw error;
    };
    const entries = Object.entries(port).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'function') return [name, member];
      const call = (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, port, args);
        return answer instanceof Promise ? answer.then(counted, failed) : answer;
      };
      return [name, call];
    });
    return Object.fromEntries(entries);
  };
}

type Ports = { cluster: Cluster; metrics: Metrics; chat: Chat; pager: Pager };

/** The same ports, each call that fails counted. */
export function countedPorts(registry: Registry, { cluster, metrics, chat, pager }: Ports): Ports {
  const counted = failureCounter(registry);
  return {
    cluster: counted('kubernetes', cluster),
    metrics: counted('prometheus', metrics),
    chat: counted('slack', chat),
    pager: pager.configured ? counted('pagerduty', pager) : pager,
  };
}
