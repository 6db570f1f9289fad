import type { Evidence } from '../analysis/rank.ts';
import type { Dropped, LogRecord, TelemetrySink } from '../domain/telemetry.ts';
import { addLogs, addMaskedLogs, createLogbook } from './logs.ts';
import { createMinutes } from './minutes.ts';
import { calleeOf } from './peers.ts';
import { addPoints, createMetricAggregator } from './points.ts';
import { MINUTE_LIMITS, type Minute, type MinuteLimits } from './service-minute.ts';
import { betweenOf, drain, type MergedState, merge, minutePartsOf, type Shared } from './shared-minutes.ts';
import { telemetryEvidence } from './telemetry-evidence.ts';
import { addSpans, createSpanJoiner, settleTraces } from './traces.ts';

/** What services send of themselves: taken in, summed up by minute, and asked when a cause is looked for. */
export type Telemetry = Omit<TelemetrySink, 'logs'> &
  Shared & {
    logs(records: readonly LogRecord[]): Dropped;
    /** The same, of records whose bodies are masked already. */
    maskedLogs(records: readonly LogRecord[]): Dropped;
    /** Whether the senders had to show a token. What strangers say is shown to people, and decides nothing. */
    trusted: boolean;
    /** Who called whom within the last hour, in a namespace; `weight` is how sure that is. */
    calls(namespace: string): ServiceCall[];
    /** Evidence about the workloads of a namespace for trouble that began at `since`. */
    evidence(namespace: string, since: number, at: number): Promise<Evidence[]>;
    /** Minutes with `from <= start < to`, with what all replicas heard, by start; of one there may be several parts. To be read only. */
    parts(from: number, to: number): Map<number, Minute[]>;
    /** Records that were not taken, by reason, since the start. */
    dropped(): Record<string, number>;
  };

/** What a diagnosis asks; an answer may come from another thread. */
export type TelemetryReader = {
  trusted: boolean;
  calls(namespace: string): ServiceCall[] | Promise<ServiceCall[]>;
  evidence(namespace: string, since: number, at: number): Evidence[] | Promise<Evidence[]>;
};
export type ServiceCall = { from: string; to: string; weight: number };

const REMEMBERED_MS = 60 * 60_000;
const TURN_MS = 15;

export function createTelemetry(options: {
  now: () => number;
  trusted: boolean;
  limits?: MinuteLimits;
  /** Whether other replicas take telemetry too. */
  several?: () => boolean;
}): Telemetry {
  const { now, trusted, limits = MINUTE_LIMITS, several = () => false } = options;
  const local = createMinutes(now, limits);
  const merged = createMinutes(now, limits);
  const dropped: Record<string, number> = {};
  const refused = (why: string) => {
    dropped[why] = (dropped[why] ?? 0) + 1;
  };
  const joiner = createSpanJoiner(local, refused, { several });
  const logbook = createLogbook(local, refused, (key) => local.services.has(key) || merged.services.has(key));
  const aggregator = createMetricAggregator(local, refused);
  const state: MergedState = { local, merged, joiner, logbook, refused };
  const between = (from: number, to: number) => {
    settleTraces(joiner, now());
    return betweenOf(state, from, to);
  };
  return {
    trusted,
    spans: (records) => taking(dropped, () => addSpans(joiner, records)),
    logs: (records) => taking(dropped, () => addLogs(logbook, records)),
    maskedLogs: (records) => taking(dropped, () => addMaskedLogs(logbook, records)),
    points: (records) => taking(dropped, () => addPoints(aggregator, records)),
    calls: (namespace) => callsOf(state, between(now() - REMEMBERED_MS, Number.POSITIVE_INFINITY), namespace),
    evidence: (namespace, since, at) =>
      telemetryEvidence(
        { between, logbook },
        { since, at, nameOf: (key) => withinNamespace(calleeOf(joiner.peers, key), namespace) },
        breathing(),
      ),
    parts(from, to) {
      settleTraces(joiner, now());
      return minutePartsOf(state, from, to);
    },
    drain: () => drain(state, now()),
    merge: (passed) => merge(state, passed),
    dropped: () => ({ ...dropped }),
  };
}

/** Lets everything else have its turn when this has had its own for long enough. */
function breathing(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await new Promise(setImmediate);
    began = performance.now();
  };
}

/** What a batch lost. Spans are counted a little later than they come, so a loss may be reported with the next batch. */
function taking(dropped: Record<string, number>, take: () => void): Dropped {
  const before = { ...dropped };
  take();
  const lost = Object.keys(dropped).filter((why) => dropped[why] !== before[why]);
  return {
    count: lost.reduce((sum, why) => sum + dropped[why]! - (before[why] ?? 0), 0),
    why: lost.join(', ').replaceAll('_', ' '),
  };
}

function callsOf(state: MergedState, minutes: Minute[], namespace: string): ServiceCall[] {
  const counts = new Map<string, number>();
  for (const minute of minutes)
    for (const [edge, { calls }] of minute.edges) {
      const [from = '', to = ''] = edge.split('\n');
      const key = `${from}\n${calleeOf(state.joiner.peers, to)}`;
      if (from !== calleeOf(state.joiner.peers, to)) counts.set(key, (counts.get(key) ?? 0) + calls);
    }
  return [...counts].flatMap(([key, calls]) => {
    const [from = '', to = ''] = key.split('\n').map((one) => withinNamespace(one, namespace));
    return from && to ? [{ from, to, weight: calls / (calls + 1) }] : [];
  });
}

/** The workload's name if it is of the namespace (or of none that is known), else ''. */
function withinNamespace(key: string, namespace: string): string {
  const slash = key.indexOf('/');
  const own = key.slice(0, slash);
  return own === namespace || own === '' ? key.slice(slash + 1) : '';
}
