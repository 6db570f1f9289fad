import { MODES, type Mode, type RankModel } from './rank-model.ts';
import { firstSign, type Observation, type Onset, type Seen } from './rank-observations.ts';
import type { Reach } from './rank-reach.ts';

type Rates = { culprit: number; victim: number; bystander: number };

/** Everything a hypothesis is judged against: `n` entities, the index of the `front` that hurts, and the indices of `suspects`, who are abnormal. */
export type Scene = {
  n: number;
  front: number;
  observations: Observation[];
  suspects: number[];
  reach: Reach;
  model: RankModel;
};

/**
 * Log of p(everything seen | `cause` is the cause, through `mode`) / p(everything seen | all normal).
 * Each observation is independent given the cause: the culprit shows it at the culprit's rate, whoever depends on the
 * culprit at the victim's rate weighted by how far trouble spreads to them, everybody else at the bystander's rate.
 * So an abnormal caller is explained by an abnormal callee, and an abnormal callee is never explained by its caller.
 * Known calls are incomplete, so the likelihood is a mixture: no unknown caller, or one of the abnormal entities is it.
 */
export function logLikelihood(scene: Scene, cause: number, mode: Mode): number {
  const { hidden, hiddenOrphan } = scene.model.spread;
  const unknown = scene.suspects.filter((via) => mayCall(scene, via, cause));
  const direct = logGiven(scene, cause, mode, null);
  if (unknown.length === 0) return direct;
  const rate = scene.reach.orphan[cause]! && cause !== scene.front ? hiddenOrphan : hidden;
  const logs = unknown.map((via) => Math.log(rate / unknown.length) + logGiven(scene, cause, mode, via));
  return logSum([direct + Math.log(1 - rate), ...logs]);
}

/** An unknown caller has a caller itself or is the front, and neither calls the other as far as is known. */
function mayCall(scene: Scene, via: number, cause: number): boolean {
  const { n, reach, front } = scene;
  return (
    via !== cause &&
    (via === front || !reach.orphan[via]!) &&
    reach.known[via * n + cause]! === 0 &&
    reach.known[cause * n + via]! === 0
  );
}

/** The same when it is settled who calls the culprit unbeknown to the graph (`via`), if anybody. */
function logGiven(scene: Scene, cause: number, mode: Mode, via: number | null): number {
  const { n, reach, model } = scene;
  const culprit = scene.observations.find((observation) => observation.entity === cause);
  const began = culprit === undefined ? null : firstSign(culprit);
  const atFront = spreadTo(scene, cause, via, scene.front);
  let sum = 0;
  for (const observation of scene.observations) {
    const plain = spreadTo(scene, cause, via, observation.entity);
    // The front does hurt; so of the ways from the culprit to it one is hurt all along, likeliest the best.
    const onTheWay = atFront > 0 ? (plain * reach.known[observation.entity * n + scene.front]!) / atFront : 0;
    const spread = Math.min(1, Math.max(plain, onTheWay)) * inOrder(began, observation, model);
    sum += logOfOne(model, observation, culprit, spread, mode);
  }
  return sum;
}

function spreadTo(scene: Scene, cause: number, via: number | null, victim: number): number {
  const { n, reach, model } = scene;
  const along = reach.likely[cause * n + victim]!;
  return via === null ? along : Math.max(along, model.spread.perCall * reach.known[via * n + victim]!);
}

function logSum(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
}

/** The same for "something else": an unseen cause that hurts the front, with everybody else abnormal by chance only. */
export function logLikelihoodElse(scene: Scene): number {
  const { front, others } = scene.model.elseRates;
  let sum = 0;
  for (const observation of scene.observations) {
    const rate = observation.entity === scene.front ? front : others;
    for (const seen of [...Object.values(observation.symptoms), ...Object.values(observation.local)])
      sum += logMixed(rate, seen);
  }
  return sum;
}

function logOfOne(
  model: RankModel,
  seen: Observation,
  culprit: Observation | undefined,
  spread: number,
  mode: Mode,
): number {
  const isCulprit = seen === culprit;
  let sum = 0;
  for (const other of MODES) {
    const symptom = seen.symptoms[other];
    if (symptom === undefined) continue;
    const enough = isCulprit ? 1 : accounts(culprit?.symptoms[other], symptom);
    sum += logMixed(
      rateOf(other === mode ? model.symptom.own : model.symptom.other, isCulprit, spread * enough),
      symptom,
    );
  }
  for (const kind of KINDS) {
    const local = seen.local[kind];
    if (local !== undefined) sum += logMixed(rateOf(model.local[kind], isCulprit, spread), local);
  }
  return sum;
}

const KINDS = ['metric', 'change', 'log', 'trace', 'state'] as const;

function rateOf(rates: Rates, isCulprit: boolean, spread: number): number {
  return isCulprit ? rates.culprit : rates.bystander + spread * (rates.victim - rates.bystander);
}

function logMixed(rate: number, seen: Seen): number {
  return Math.log(rate * seen.ratio + 1 - rate);
}

/**
 * How far the culprit's trouble is big enough to make the victim's: waiting and failures add up along calls, so it has
 * to be of about the same size. Never nothing, as clients retry and time out.
 */
function accounts(culprit: Seen | undefined, victim: Seen): number {
  if (culprit === undefined || culprit.excess === null || victim.excess === null || victim.excess <= 0) return 1;
  const share = culprit.excess / (ENOUGH_SHARE * victim.excess);
  return Math.min(1, Math.max(LEAST_ACCOUNTED, share * share));
}

const ENOUGH_SHARE = 0.8;
const LEAST_ACCOUNTED = 0.15;

/** 1 when the victim began with or after the culprit, less the longer it began before, and never below a quarter: onsets are measured poorly. */
function inOrder(began: Onset | null, victim: Observation, model: RankModel): number {
  const victimBegan = firstSign(victim);
  if (began === null || victimBegan === null) return 1;
  const tolerance = model.onsetToleranceMs + Math.max(began.resolutionMs, victimBegan.resolutionMs);
  const earlyMs = began.at - victimBegan.at - tolerance;
  return earlyMs <= 0 ? 1 : Math.max(0.25, Math.exp(-earlyMs / tolerance));
}
