import type { Evidence } from '../analysis/rank.ts';
import type { Dropped, TelemetrySink } from '../domain/telemetry.ts';
import { telemetryEvidence } from './telemetry-evidence.ts';
import { addLogs, createLogbook } from './telemetry-logs.ts';
import { createMinutes, MINUTE_LIMITS, type MinuteLimits, minutesBetween } from './telemetry-minutes.ts';
import { addPoints, createGauger } from './telemetry-points.ts';
import { addSpans, createJoiner, settle } from './telemetry-traces.ts';

/** What services send of themselves: taken in, summed up by minute, and asked when a cause is looked for. */
export type Telemetry = TelemetrySink & {
  /** Whether the senders had to show a token. What strangers say is shown to people, and decides nothing. */
  trusted: boolean;
  /** Who called whom within the last hour, in a namespace; `weight` is how sure that is. */
  calls(namespace: string): Call[];
  /** Evidence about the workloads of a namespace for trouble that began at `since`. */
  evidence(namespace: string, since: number, at: number): Evidence[];
  /** Records that were not taken, by reason, since the start. */
  dropped(): Record<string, number>;
};

/** What a diagnosis asks; an answer may come from another thread. */
export type TelemetryReader = {
  trusted: boolean;
  calls(namespace: string): Call[] | Promise<Call[]>;
  evidence(namespace: string, since: number, at: number): Evidence[] | Promise<Evidence[]>;
};
export type Call = { from: string; to: string; weight: number };

const REMEMBERED_MS = 60 * 60_000;

export function createTelemetry(options: { now: () => number; trusted: boolean; limits?: MinuteLimits }): Telemetry {
  const minutes = createMinutes(options.now, options.limits ?? MINUTE_LIMITS);
  const dropped: Record<string, number> = {};
  const refused = (why: string) => {
    dropped[why] = (dropped[why] ?? 0) + 1;
  };
  const joiner = createJoiner(minutes, refused);
  const logbook = createLogbook(minutes, refused);
  const gauger = createGauger(minutes, refused);
  /** What a batch lost. Spans are counted a little later than they come, so a loss may be reported with the next batch. */
  const taking = (take: () => void): Dropped => {
    const before = { ...dropped };
    take();
    const lost = Object.keys(dropped).filter((why) => dropped[why] !== before[why]);
    return {
      count: lost.reduce((sum, why) => sum + dropped[why]! - (before[why] ?? 0), 0),
      why: lost.join(', ').replaceAll('_', ' '),
    };
  };
  return {
    trusted: options.trusted,
    spans: (records) => taking(() => addSpans(joiner, records)),
    logs: (records) => taking(() => addLogs(logbook, records)),
    points: (records) => taking(() => addPoints(gauger, records)),
    calls(namespace) {
      settle(joiner, options.now());
      const now = options.now();
      const counts = new Map<string, number>();
      for (const minute of minutesBetween(minutes, now - REMEMBERED_MS, Number.POSITIVE_INFINITY))
        for (const [key, edge] of minute.edges) counts.set(key, (counts.get(key) ?? 0) + edge.calls);
      return [...counts].flatMap(([key, calls]) => {
        const [from = '', to = ''] = key.split('\n').map((one) => withinNamespace(one, namespace));
        return from && to ? [{ from, to, weight: calls / (calls + 1) }] : [];
      });
    },
    evidence(namespace, since, at) {
      settle(joiner, options.now());
      return telemetryEvidence({ minutes, logbook }, { since, at, nameOf: (key) => withinNamespace(key, namespace) });
    },
    dropped: () => ({ ...dropped }),
  };
}

/** The workload's name if it is of the namespace (or of none that is known), else ''. */
function withinNamespace(key: string, namespace: string): string {
  const slash = key.indexOf('/');
  const own = key.slice(0, slash);
  return own === namespace || own === '' ? key.slice(slash + 1) : '';
}
