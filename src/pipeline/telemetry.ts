import type { Evidence } from '../analysis/rank.ts';
import type { Dropped, TelemetrySink } from '../domain/telemetry.ts';
import { telemetryEvidence } from './telemetry-evidence.ts';
import { addLogs, adoptTemplate, createLogbook, type Logbook, templateTexts } from './telemetry-logs.ts';
import { mergedMinute, mergeMinute } from './telemetry-merge.ts';
import {
  createMinutes,
  MINUTE_LIMITS,
  MINUTE_MS,
  type Minute,
  type MinuteLimits,
  type Minutes,
  minutesBetween,
  takeMinute,
} from './telemetry-minutes.ts';
import { addPoints, createGauger } from './telemetry-points.ts';
import { addSpans, calleeOf, createJoiner, type Joiner, learnAlias, settle } from './telemetry-traces.ts';

/** What services send of themselves: taken in, summed up by minute, and asked when a cause is looked for. */
export type Telemetry = TelemetrySink &
  Shared & {
    /** Whether the senders had to show a token. What strangers say is shown to people, and decides nothing. */
    trusted: boolean;
    /** Who called whom within the last hour, in a namespace; `weight` is how sure that is. */
    calls(namespace: string): Call[];
    /** Evidence about the workloads of a namespace for trouble that began at `since`. */
    evidence(namespace: string, since: number, at: number): Promise<Evidence[]>;
    /** Minutes with `from <= start < to`, with what all replicas heard, by start; of one there may be several parts. To be read only. */
    parts(from: number, to: number): Map<number, Minute[]>;
    /** Records that were not taken, by reason, since the start. */
    dropped(): Record<string, number>;
  };

/** What replicas tell one another: minutes that are over, each part of a minute once, with the texts of log templates in place of a replica's own numbers. */
type Shared = {
  /** What has come together since the last time for minutes that are over. From then on it is part of the whole, and comes no more: to be passed on at once. */
  moveOn(): Passed;
  /** Adds what another replica has passed on. */
  adopt(passed: Passed): void;
};
export type Passed = { minutes: Minute[]; templates: PassedTemplate[]; aliases: [string, string][] };
export type PassedTemplate = { service: string; id: number; text: string; severe: boolean };

/** What a diagnosis asks; an answer may come from another thread. */
export type TelemetryReader = {
  trusted: boolean;
  calls(namespace: string): Call[] | Promise<Call[]>;
  evidence(namespace: string, since: number, at: number): Evidence[] | Promise<Evidence[]>;
};
export type Call = { from: string; to: string; weight: number };

const REMEMBERED_MS = 60 * 60_000;
/** Spans wait for their parents, and batches are under way, when a minute ends. */
const SETTLED_MS = 25_000;
const TURN_MS = 15;

/** `fresh` is what came since the last moving on, `whole` what was moved there, with what others heard. */
type State = { fresh: Minutes; whole: Minutes; joiner: Joiner; logbook: Logbook; refused: (why: string) => void };

export function createTelemetry(options: {
  now: () => number;
  trusted: boolean;
  limits?: MinuteLimits;
  /** Whether other replicas take telemetry too. */
  several?: () => boolean;
}): Telemetry {
  const { now, trusted, limits = MINUTE_LIMITS, several = () => false } = options;
  const fresh = createMinutes(now, limits);
  const whole = createMinutes(now, limits);
  const dropped: Record<string, number> = {};
  const refused = (why: string) => {
    dropped[why] = (dropped[why] ?? 0) + 1;
  };
  const joiner = createJoiner(fresh, refused, { several });
  const logbook = createLogbook(fresh, refused, (key) => fresh.services.has(key) || whole.services.has(key));
  const gauger = createGauger(fresh, refused);
  const state: State = { fresh, whole, joiner, logbook, refused };
  const between = (from: number, to: number) => {
    settle(joiner, now());
    return betweenOf(state, from, to);
  };
  return {
    trusted,
    spans: (records) => taking(dropped, () => addSpans(joiner, records)),
    logs: (records) => taking(dropped, () => addLogs(logbook, records)),
    points: (records) => taking(dropped, () => addPoints(gauger, records)),
    calls: (namespace) => callsOf(state, between(now() - REMEMBERED_MS, Number.POSITIVE_INFINITY), namespace),
    evidence: (namespace, since, at) =>
      telemetryEvidence(
        { between, logbook },
        { since, at, nameOf: (key) => withinNamespace(calleeOf(joiner, key), namespace) },
        breathing(),
      ),
    parts(from, to) {
      settle(joiner, now());
      return partsOf(state, from, to);
    },
    moveOn: () => moveOn(state, now()),
    adopt: (passed) => adopt(state, passed),
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

function partsOf({ fresh, whole }: State, from: number, to: number): Map<number, Minute[]> {
  const parts = new Map<number, Minute[]>();
  for (const minute of [...minutesBetween(whole, from, to), ...minutesBetween(fresh, from, to)]) {
    const known = parts.get(minute.at);
    if (known) known.push(minute);
    else parts.set(minute.at, [minute]);
  }
  return parts;
}

function betweenOf(state: State, from: number, to: number): Minute[] {
  return [...partsOf(state, from, to).values()]
    .map(([one, other]) => (other ? mergedMinute(state.whole, one!, other) : one!))
    .sort((a, b) => a.at - b.at);
}

function callsOf(state: State, minutes: Minute[], namespace: string): Call[] {
  const counts = new Map<string, number>();
  for (const minute of minutes)
    for (const [edge, { calls }] of minute.edges) {
      const [from = '', to = ''] = edge.split('\n');
      const key = `${from}\n${calleeOf(state.joiner, to)}`;
      if (from !== calleeOf(state.joiner, to)) counts.set(key, (counts.get(key) ?? 0) + calls);
    }
  return [...counts].flatMap(([key, calls]) => {
    const [from = '', to = ''] = key.split('\n').map((one) => withinNamespace(one, namespace));
    return from && to ? [{ from, to, weight: calls / (calls + 1) }] : [];
  });
}

function moveOn({ fresh, whole, joiner, logbook, refused }: State, now: number): Passed {
  settle(joiner, now);
  const over = [...fresh.byStart.values()].filter(({ at }) => at + MINUTE_MS + SETTLED_MS <= now);
  const templates: PassedTemplate[] = [];
  for (const minute of over) {
    fresh.byStart.delete(minute.at);
    if (!takeMinute(whole, minute)) mergeMinute(whole, minute, (_, id) => id, refused);
  }
  for (const service of new Set(over.flatMap((minute) => [...minute.services.keys()]))) {
    const used = new Set(over.flatMap((minute) => [...(minute.services.get(service)?.templates.keys() ?? [])]));
    if (used.size === 0) continue;
    for (const [id, { text, severe }] of templateTexts(logbook, service))
      if (used.has(id)) templates.push({ service, id, text, severe });
  }
  const aliases = [...joiner.newAliases];
  joiner.newAliases.clear();
  return { minutes: over, templates, aliases };
}

function adopt({ whole, joiner, logbook, refused }: State, { minutes, templates, aliases }: Passed): void {
  for (const [peer, to] of aliases) learnAlias(joiner, peer, to);
  for (const [peer] of aliases) joiner.newAliases.delete(peer);
  const at = minutes.at(-1)?.at ?? 0;
  const ids = new Map<string, number>();
  const known = new Map(templates.map((one) => [`${one.service} ${one.id}`, one]));
  const templateOf = (service: string, id: number): number => {
    const key = `${service} ${id}`;
    const own = ids.get(key);
    if (own !== undefined) return own;
    const told = known.get(key);
    // A text that was forgotten before it could be passed on: 0 is no template's number.
    const adopted = told ? adoptTemplate(logbook, service, told.text, told.severe, at) : 0;
    ids.set(key, adopted);
    return adopted;
  };
  for (const minute of minutes) mergeMinute(whole, minute, templateOf, refused);
}

/** The workload's name if it is of the namespace (or of none that is known), else ''. */
function withinNamespace(key: string, namespace: string): string {
  const slash = key.indexOf('/');
  const own = key.slice(0, slash);
  return own === namespace || own === '' ? key.slice(slash + 1) : '';
}
