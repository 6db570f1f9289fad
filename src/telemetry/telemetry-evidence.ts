import type { Evidence } from '../analysis/rank.ts';
import { shareShift } from '../analysis/rank-counts.ts';
import { logEvidence, type TemplateCounts } from '../analysis/rank-logs.ts';
import { metricEvidence } from '../analysis/rank-metrics.ts';
import { strengthOf } from '../analysis/rank-surprise.ts';
import {
  emptyTiming,
  networkPairs,
  riseOf,
  type Timing,
  type TimingPair,
  timingEvidence,
} from '../analysis/rank-traces.ts';
import { ALERT_LAG_MS } from '../domain/alert-lag.ts';
import { type Logbook, templateTexts } from './logs.ts';
import { addTimings } from './merge-minutes.ts';
import { MINUTE_MS } from './minutes.ts';
import type { Minute, ServiceMinute } from './service-minute.ts';

const NORMAL_MS = 60 * MINUTE_MS;
/** Of a long incident the last minutes count: it may have grown. */
const INCIDENT_MS = 15 * MINUTE_MS;
const FEWEST_NORMAL = 5;
/** What normal minutes are compared with to see how they differ among themselves: the last of them. */
const LAST_MINUTES = 3;
const UNKNOWN_JITTER = 0.25;
const LEAST_JITTER = 0.1;

/** `nameOf` turns a service's key into its entity, '' for one that isn't asked about. */
type Asked = { since: number; at: number; nameOf: (key: string) => string };
/** `between`: minutes with `from <= start < to`, oldest first, each once. */
type From = { between: (from: number, to: number) => Minute[]; logbook: Logbook };
type Window = { normal: Minute[]; incident: Minute[]; keys: string[] };

/**
 * Compares the minutes of the incident with those before it: durations, failures, calls, logs and metrics of each service. Empty when too little normal time is known. Service by
 * service, `breathe` lets others have their turn.
 */
export async function telemetryEvidence(from: From, asked: Asked, breathe: () => Promise<void>): Promise<Evidence[]> {
  const start = asked.since - ALERT_LAG_MS;
  const normal = from.between(start - NORMAL_MS, start - MINUTE_MS);
  const incident = from.between(Math.max(start, asked.at - INCIDENT_MS), asked.at);
  if (normal.length < FEWEST_NORMAL || incident.length === 0) return [];
  const keys = [...new Set(incident.flatMap((minute) => [...minute.services.keys()]))].filter((key) =>
    asked.nameOf(key),
  );
  const window = { normal, incident, keys };
  const found: Evidence[] = [];
  for (const [field, what] of [
    ['latency', 'latency'],
    ['self', 'self time'],
  ] as const)
    found.push(...(await durations(window, asked, { field, what }, breathe)));
  found.push(...network(window, asked));
  for (const key of keys) {
    await breathe();
    found.push(
      ...failures(window, key, asked),
      ...logs(window, key, from.logbook, asked),
      ...metrics(window, key, asked),
    );
  }
  return found;
}

type Duration = { field: 'latency' | 'self'; what: string };

async function durations(
  { normal, incident, keys }: Window,
  asked: Asked,
  { field, what }: Duration,
  breathe: () => Promise<void>,
): Promise<Evidence[]> {
  const jitters: TimingPair[][] = [];
  const rises: { key: string; pairs: TimingPair[] }[] = [];
  for (const key of keys) {
    await breathe();
    const [earlier, last, during] = [normal.slice(0, -LAST_MINUTES), normal.slice(-LAST_MINUTES), incident].map(
      (minutes) => timingsOf(minutes, key, field),
    ) as [Timings, Timings, Timings];
    jitters.push(pairsOf(earlier, last));
    rises.push({ key, pairs: pairsOf(addedUp([earlier, last]), during) });
  }
  const baselineJitter = jitterOf(normal, () => jitters);
  return rises.flatMap(
    ({ key, pairs }) =>
      timingEvidence({ ...common(incident), entity: asked.nameOf(key), what, pairs, baselineJitter }) ?? [],
  );
}

const common = (incident: Minute[]) => ({
  at: incident[0]!.at,
  resolutionMs: 2 * MINUTE_MS,
  seconds: (incident.length * MINUTE_MS) / 1000,
});

function network({ normal, incident }: Window, asked: Asked): Evidence[] {
  const pairsBetween = (first: Minute[], second: Minute[]) => {
    const [before, during] = [waitsOf(first), waitsOf(second)];
    return networkPairs(
      [...during].map(([key, timing]) => {
        const [from = '', to = ''] = key.split('\n').map(asked.nameOf);
        return { from, to, normal: before.get(key) ?? emptyTiming(), incident: timing };
      }),
    );
  };
  const baselineJitter = jitterOf(normal, (first, second) =>
    [...pairsBetween(first, second).values()].map((pairs) => pairs.inbound),
  );
  const found: (Evidence | null)[] = [];
  for (const [entity, { inbound, outbound }] of pairsBetween(normal, incident)) {
    if (!entity) continue;
    const base = { ...common(incident), entity, baselineJitter };
    found.push(timingEvidence({ ...base, what: 'network time', pairs: inbound }));
    found.push(timingEvidence({ ...base, what: 'network time of its calls', pairs: outbound }));
  }
  return found.filter((evidence) => evidence !== null);
}

/** How far durations differ between normal minutes beyond sampling: a robust standard deviation of their log ratio. */
function jitterOf(normal: Minute[], pairsBetween: (first: Minute[], second: Minute[]) => TimingPair[][]): number {
  const last = normal.slice(-LAST_MINUTES);
  const earlier = normal.slice(0, -LAST_MINUTES);
  if (earlier.length === 0) return UNKNOWN_JITTER;
  const squares = pairsBetween(earlier, last)
    .flatMap((pairs) => riseOf(pairs) ?? [])
    .map(({ rise, error }) => Math.max(0, rise ** 2 - error ** 2))
    .sort((a, b) => a - b);
  return Math.max(LEAST_JITTER, Math.sqrt(squares[Math.floor(squares.length * 0.68)] ?? UNKNOWN_JITTER ** 2));
}

type Timings = Map<string, Timing>;

function pairsOf(before: Timings, during: Timings): TimingPair[] {
  return [...during]
    .filter(([, timing]) => timing.n > 0)
    .map(([name, incident]) => ({ name, normal: before.get(name) ?? emptyTiming(), incident }));
}

function timingsOf(minutes: Minute[], key: string, field: 'latency' | 'self'): Timings {
  const sums: Timings = new Map();
  for (const minute of minutes)
    for (const [name, operation] of minute.services.get(key)?.operations ?? []) addTo(sums, name, operation[field]);
  return sums;
}

function waitsOf(minutes: Minute[]): Timings {
  const sums: Timings = new Map();
  for (const { edges } of minutes) for (const [key, { wait }] of edges) addTo(sums, key, wait);
  return sums;
}

function addedUp(parts: Timings[]): Timings {
  const sums: Timings = new Map();
  for (const part of parts) for (const [name, timing] of part) addTo(sums, name, timing);
  return sums;
}

function addTo(sums: Timings, name: string, timing: Timing): void {
  const known = sums.get(name) ?? emptyTiming();
  addTimings(known, timing);
  sums.set(name, known);
}

const ofService = (minutes: Minute[], key: string): ServiceMinute[] =>
  minutes.flatMap((minute) => minute.services.get(key) ?? []);

const summed = (shares: { hits: number; chances: number }[]) =>
  shares.reduce((sum, one) => ({ hits: sum.hits + one.hits, chances: sum.chances + one.chances }), {
    hits: 0,
    chances: 0,
  });

function failures({ normal, incident }: Window, key: string, asked: Asked): Evidence[] {
  const share = ({ requests, failed }: ServiceMinute) => ({ hits: failed, chances: requests });
  const during = ofService(incident, key).map(share);
  const shift = shareShift(ofService(normal, key).map(share), summed(during));
  if (!shift) return [];
  const rises = shift.during > shift.before;
  const { at, resolutionMs, seconds } = common(incident);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  return [
    {
      entity: asked.nameOf(key),
      kind: 'trace',
      strength: strengthOf(rises ? shift.p : 1),
      at,
      resolutionMs,
      what: 'errors',
      message: `failed requests ${percent(shift.before)} → ${percent(shift.during)} (traces)`,
      excess: (Math.max(0, shift.during - shift.before) * summed(during).chances) / seconds,
    },
  ];
}

function logs({ normal, incident }: Window, key: string, logbook: Logbook, asked: Asked): Evidence[] {
  const texts = templateTexts(logbook, key);
  const during = ofService(incident, key);
  const before = ofService(normal, key);
  const spans = during.some((minute) => minute.requests > 0);
  const ids = new Set([...before, ...during].flatMap((minute) => [...minute.templates.keys()]));
  const counts: TemplateCounts[] = [];
  for (const id of ids) {
    const template = texts.get(id);
    if (!template) continue;
    // Without spans only shares of all lines are known, and harmless lines get rarer where others are written too.
    if (!spans && !template.severe && before.some((minute) => minute.templates.has(id))) continue;
    // Without spans a line of log stands for the occasion on which another could have been written.
    const share = (minute: ServiceMinute) => ({
      hits: minute.templates.get(id) ?? 0,
      chances: minute.requests || minute.logs,
    });
    counts.push({
      template: template.text,
      severe: template.severe,
      normal: before.map(share),
      incident: summed(during.map(share)),
    });
  }
  const evidence = logEvidence(asked.nameOf(key), counts, incident[0]!.at);
  return evidence ? [evidence] : [];
}

/** Metrics under OpenTelemetry's names that say something the traces don't. */
const KNOWN: Record<string, { what: string; unit: string; floor: number }> = {
  'container.cpu.time': { what: 'cpu', unit: 'CPU s/min', floor: 3 },
  'k8s.pod.cpu.time': { what: 'cpu', unit: 'CPU s/min', floor: 3 },
  'container.cpu.usage': { what: 'cpu', unit: 'CPU', floor: 0.05 },
  'k8s.pod.cpu.usage': { what: 'cpu', unit: 'CPU', floor: 0.05 },
  'container.memory.working_set': { what: 'memory', unit: 'B', floor: 16e6 },
  'k8s.pod.memory.working_set': { what: 'memory', unit: 'B', floor: 16e6 },
};
const RECENT_MINUTES = 10;

function metrics({ normal, incident }: Window, key: string, asked: Asked): Evidence[] {
  return Object.entries(KNOWN).flatMap(([name, { what, unit, floor }]) => {
    const values = (minutes: Minute[]) => ({
      values: minutes.map((minute) => {
        const own = minute.services.get(key)?.metrics.get(name);
        return own ? own.sum / Math.max(1, own.n) : Number.NaN;
      }),
    });
    if (values(incident).values.every(Number.isNaN)) return [];
    const history = { entity: asked.nameOf(key), what, unit, floor, shape: 'amount' as const, worse: 'rise' as const };
    const times = { stepMs: MINUTE_MS, start: incident[0]!.at };
    const recent = normal.slice(-RECENT_MINUTES);
    const early = normal.slice(0, -RECENT_MINUTES);
    return (
      metricEvidence({
        ...history,
        ...times,
        normal: values(early),
        recent: values(recent),
        incident: values(incident),
      }) ?? []
    );
  });
}
