import { isSymptom } from '../domain/cause-kind-info.ts';
import { type CallGraph, reached } from '../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../domain/snapshot/cluster-state.ts';
import { objectKey } from '../domain/snapshot/snapshot.ts';
import type { StateCause } from '../domain/snapshot/state-cause.ts';
import { illSince, troubleOf } from '../domain/snapshot/trouble.ts';

/** Causes in the order of their probability; with what is left for something else they add up to 1. */
export type RankedStateCause = StateCause & { probability: number };
export type StateRanking = { causes: RankedStateCause[]; named: boolean };

/** How much the share of the trouble that a cause explains counts beside its own strength. */
const COVERAGE = 0.35;
/** What only says how somebody fails, next to a reason for it. */
const EXPLAINED = 0.12;
/** A symptom where somebody whom it calls has one, too. */
const VICTIM = 0.35;
/** A symptom is never as sure as the reason for it. */
const SYMPTOM = 0.7;
/** Odds that it is something that nobody looks for. */
const SOMETHING_ELSE = 0.35;
const NAMED = 0.5;
const SYMPTOM_NAMED = 0.7;
/** Two causes nearer than this to each other are a tie. */
const APART = 1.25;
const MAX_CAUSES = 10;
/** Trouble that is older than this is nobody's incident of today, where there is another that is not. */
const OLD_MS = 6 * 3_600_000;
const OLD = 0.15;
const CLEAR = 0.5;
/** What hurts more than is known of it. */
const WIDE = new Set(['Node', 'Namespace', 'DaemonSet']);

/** The root before its victims: a cause counts by its strength and by how much of the trouble it explains, its own and its callers'; a symptom with a reason, there or at somebody whom it calls, hardly counts. */
export function rankState(state: ClusterState, calls: CallGraph, found: StateCause[]): StateRanking {
  const causes = merged(found);
  const places = new Map(causes.map((cause) => [cause, placesOf(state, cause)]));
  const everything = new Map(state.workloads.map((one) => [objectKey(one), troubleOf(one, state.at)]));
  const { trouble, isOld } = withoutOld(state, calls, everything, places);
  const total = [...trouble.values()].reduce((sum, one) => sum + one, 0);
  const weighed = causes.map((cause) => {
    const own = places.get(cause) ?? [];
    const explained = new Set(own.flatMap((key) => [key, ...reached(calls.callers, key)]));
    const covered = total === 0 ? 1 : [...explained].reduce((sum, key) => sum + (trouble.get(key) ?? 0), 0) / total;
    const strength = cause.strength * (1 - COVERAGE + COVERAGE * Math.min(1, covered)) * (isOld(cause) ? OLD : 1);
    return { cause, score: strength * discount(cause, own, causes, places, calls) };
  });
  const odds = (score: number) => Math.min(0.995, score) / (1 - Math.min(0.995, score));
  const all = weighed.reduce((sum, { score }) => sum + odds(score), SOMETHING_ELSE);
  const ranked = weighed
    .map(({ cause, score }) => ({ ...cause, probability: odds(score) / all }))
    .sort((left, right) => right.probability - left.probability || right.strength - left.strength)
    .slice(0, MAX_CAUSES);
  const [first] = ranked;
  // What is said of one object in several words is said of one object.
  const whole = (one: RankedStateCause) =>
    ranked.filter((other) => sameObject(one, other)).reduce((sum, { probability }) => sum + probability, 0);
  const others = first ? ranked.filter((one) => !sameObject(first, one)) : [];
  const second = Math.max(0, ...others.map(whole));
  const sure = first ? whole(first) : 0;
  // That somebody who is well complains is no cause.
  const hurts = (cause: RankedStateCause) =>
    placesOf(state, cause).some((key) =>
      [key, ...reached(calls.callers, key)].some((one) => (trouble.get(one) ?? 0) > 0),
    );
  const enough = first !== undefined && (isSymptom(first.what) ? sure >= SYMPTOM_NAMED && hurts(first) : sure >= NAMED);
  return { causes: ranked, named: enough && sure >= APART * second };
}

/** The trouble of today, and which causes have no part in it: all that they hurt is ill for long. Nothing is old where there is nothing new. */
function withoutOld(
  state: ClusterState,
  calls: CallGraph,
  trouble: Map<string, number>,
  places: Map<StateCause, string[]>,
): { trouble: Map<string, number>; isOld: (cause: StateCause) => boolean } {
  const old = new Set(
    state.workloads
      .filter((one) => (trouble.get(objectKey(one)) ?? 0) > 0 && state.at - illSince(one, state.at) > OLD_MS)
      .map(objectKey),
  );
  const isOld = (cause: StateCause): boolean => {
    if (WIDE.has(cause.object.kind)) return false;
    const ended = endedAt(state, cause);
    if (ended !== null && state.at - ended > OLD_MS) return true;
    const hurt = (places.get(cause) ?? []).flatMap((key) => [key, ...reached(calls.callers, key)]);
    return hurt.some((key) => old.has(key)) && hurt.every((key) => old.has(key) || (trouble.get(key) ?? 0) === 0);
  };
  const isIll = (key: string) => (trouble.get(key) ?? 0) > 0 && !old.has(key);
  const hasNew = [...places].some(
    ([cause, own]) =>
      (cause.strength >= CLEAR || own.some(isIll)) && cause.what !== 'failed_pods_left' && !isOld(cause),
  );
  return hasNew
    ? { trouble: new Map([...trouble].filter(([key]) => !old.has(key))), isOld }
    : { trouble, isOld: () => false };
}

/** Epoch ms: when a Job gave up; it has no pods by which it would be ill since then. */
function endedAt({ workloads }: ClusterState, { object }: StateCause): number | null {
  if (object.kind !== 'Job') return null;
  const job = workloads.find((one) => objectKey(one) === objectKey(object));
  const failed = job?.conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed && failed.since > 0 ? failed.since : null;
}

const sameObject = (left: StateCause | undefined, right: StateCause): boolean =>
  left !== undefined && objectKey(left.object) === objectKey(right.object);

/** The workloads where a cause hurts at first hand. */
function placesOf(state: ClusterState, { object, hurts }: StateCause): string[] {
  const service =
    object.kind === 'Service'
      ? state.services.find(({ namespace, name }) => namespace === object.namespace && name === object.name)
      : undefined;
  return [...new Set([objectKey(object), ...hurts.map(objectKey), ...(service?.workloads ?? []).map(objectKey)])];
}

function discount(
  cause: StateCause,
  own: string[],
  causes: StateCause[],
  places: Map<StateCause, string[]>,
  calls: CallGraph,
): number {
  if (!isSymptom(cause.what)) return 1;
  const called = new Set(own.flatMap((key) => [...reached(calls.callees, key)]));
  const strongest = (at: (key: string) => boolean, isReason: boolean) =>
    Math.max(
      0,
      ...causes
        .filter((one) => one !== cause && isSymptom(one.what) !== isReason && (places.get(one) ?? []).some(at))
        .map(({ strength }) => strength),
    );
  if (strongest((key) => own.includes(key) || called.has(key), true) >= cause.strength * 0.7) return EXPLAINED;
  if (strongest((key) => own.includes(key), false) > cause.strength) return EXPLAINED;
  return strongest((key) => called.has(key) && !own.includes(key), false) >= cause.strength * 0.7 ? VICTIM : SYMPTOM;
}

/** One object has each kind of cause once, with the facts of all that found it. */
function merged(found: StateCause[]): StateCause[] {
  const known = new Map<string, StateCause>();
  for (const cause of found) {
    const key = `${cause.what} ${objectKey(cause.object)}`;
    const other = known.get(key);
    if (!other) {
      known.set(key, cause);
      continue;
    }
    const [best, less] = other.strength >= cause.strength ? [other, cause] : [cause, other];
    const told = new Set(best.facts.map((one) => `${objectKey(one.object)} ${one.field}`));
    known.set(key, {
      ...best,
      facts: [...best.facts, ...less.facts.filter((one) => !told.has(`${objectKey(one.object)} ${one.field}`))].slice(
        0,
        12,
      ),
      hurts: [...best.hurts, ...less.hurts],
    });
  }
  return [...known.values()];
}
