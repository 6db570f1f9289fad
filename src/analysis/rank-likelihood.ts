import { MODES, type Mode, type RankModel, type Rates } from './rank-model.ts';
import type { Observation, Onset, SeenSign } from './rank-observations.ts';
import { arrivals, arrivalsFrom, type Link } from './rank-reach.ts';

/** Everything a hypothesis is judged against: `n` entities, and the index of the `symptomService` that hurts. */
export type Scene = {
  n: number;
  symptomService: number;
  observations: Observation[];
  /** in which way the front hurts, where the alarm says so */
  alarm: Mode | null;
  /** per entity: how far it left its normal beside who left it farthest, as a weight 0..1 */
  farthest: Float64Array;
  /** row-major n × n: 1 where trouble in the row can show in the column along known calls */
  path: Uint8Array;
  /** links along which trouble spreads, unknown calls included, and along which load spreads */
  callers: Link[][];
  callees: Link[][];
  /** per entity: the strongest symptom that callees pass on to callers, and that callers pass on to callees; 1 unseen */
  trouble: Float64Array;
  load: Float64Array;
  /** per entity: probability that it has more load because somebody who calls it is seen to have; the same requests, whatever the cause */
  loadFromCallers: Float64Array;
  /** per entity: probability that its trouble arrives at the front, and that the load it passes on does, or what that load makes slow */
  toFront: Float64Array;
  loadToFront: Float64Array;
  model: RankModel;
};

/**
 * Log of p(everything seen | `cause` is the cause) / p(everything seen | all normal), by mode of failing.
 * Each entity's observation depends on the cause and on what is seen of those it calls: the culprit shows it at the
 * culprit's rate, whom trouble reaches at the victim's rate, everybody else at the bystander's rate. So an abnormal
 * caller is explained by an abnormal callee, and an abnormal callee is never explained by its caller.
 */
export function logLikelihoods(
  scene: Scene,
  cause: number,
  among: readonly Observation[] = scene.observations,
): { [mode in Mode]: number } {
  const { model } = scene;
  const upwards = arrivals(scene.callers, cause, scene.trouble);
  const downwards = arrivals(scene.callees, cause, scene.load);
  const overloaded = arrivalsFrom(scene.callers, downwards, scene.trouble);
  const atFront = scene.symptomService === cause ? 0 : upwards[scene.symptomService]!;
  const culprit = scene.observations.find((observation) => observation.entity === cause);
  const logs = { slow: 0, failing: 0, load: 0 };
  for (const observation of among) {
    const { entity } = observation;
    const order = inOrder(culprit?.began ?? null, observation.began, model);
    // The front does hurt, so whoever is on the way from the culprit to it is likelier to be hurt than by the calls alone.
    const onTheWay = atFront > 0 ? Math.min(1, (upwards[entity]! * scene.toFront[entity]!) / atFront) : 0;
    const spread = { up: Math.max(upwards[entity]!, onTheWay) * order, down: downwards[entity]! * order };
    spread.down = Math.max(spread.down, scene.loadFromCallers[entity]!);
    const loaded = { up: overloaded[entity]! * order, down: spread.down };
    for (const mode of MODES)
      logs[mode] += logOfOne(model, observation, culprit, mode === 'load' ? loaded : spread, mode);
  }
  return logs;
}

/** The same for "something else": an unseen cause that makes the front a victim, with everybody else abnormal by chance only. */
export function logLikelihoodElse(scene: Scene): number {
  const { symptomService, others } = scene.model.elseRates;
  let sum = 0;
  for (const observation of scene.observations) {
    const isFront = observation.entity === scene.symptomService;
    for (const mode of MODES) {
      const seen = observation.symptoms[mode];
      if (seen === undefined) continue;
      const shares = isFront ? hurt(symptomService) : unrelated(others);
      sum += logOdds(mode === 'load' ? withCallers(scene, observation, shares) : shares, seen, scene.model);
    }
    for (const kind of KINDS) {
      const local = observation.local[kind];
      if (local === undefined) continue;
      sum += logOdds(isFront ? hurt(scene.model.local[kind].victim) : unrelated(others), local, scene.model);
    }
  }
  return sum;
}

/**
 * The same for trouble that the front keeps to itself (pods that crash while others still serve, memory that fills): its own evidence shows as a culprit's does, symptoms that others could see
 * only sometimes, and nobody else is touched by it; but those who have nothing to do with it may be in trouble of their own.
 */
export function logLikelihoodContained(scene: Scene): number {
  const sum = scene.observations.reduce((logs, observation) => logs + logIfContained(scene, observation), 0);
  return sum + logBeside(scene);
}

function logIfContained(scene: Scene, observation: Observation): number {
  const { symptom, local, containedRates } = scene.model;
  const isFront = observation.entity === scene.symptomService;
  const shown = isFront ? hurt(containedRates.symptom) : unrelated(symptom.own.bystander);
  let sum = 0;
  for (const mode of MODES) {
    const seen = observation.symptoms[mode];
    if (seen === undefined) continue;
    sum += logOdds(mode === 'load' ? withCallers(scene, observation, shown) : shown, seen, scene.model);
  }
  for (const kind of KINDS) {
    const own = observation.local[kind];
    if (own === undefined) continue;
    sum += logOdds(isFront ? hurt(containedRates[kind]) : unrelated(local[kind].bystander), own, scene.model);
  }
  return sum;
}

/** What a second trouble at the same time, among those whose trouble can't come to the front along known calls, accounts for beyond chance. */
function logBeside(scene: Scene): number {
  const { n, symptomService, path, model } = scene;
  const apart = scene.observations.filter(
    ({ entity }) => entity !== symptomService && path[entity * n + symptomService] !== 1,
  );
  const byChance = apart.reduce((logs, observation) => logs + logIfContained(scene, observation), 0);
  const explained = apart.map(({ entity }) => Math.max(...Object.values(logLikelihoods(scene, entity, apart))));
  const gain = Math.max(0, ...explained.map((logs) => logs - byChance));
  return Math.log(1 - model.beside + model.beside * Math.exp(gain));
}

/** Load that callers pass on is no observation of its own: it is there under every hypothesis that leaves theirs unexplained. */
function withCallers({ loadFromCallers, model }: Scene, { entity }: Observation, shares: Shares): Shares {
  const passedOn = loadFromCallers[entity]!;
  return {
    fault: Math.max(shares.fault, passedOn * model.symptom.own.victim),
    chance: (1 - passedOn) * shares.chance,
  };
}

type Spread = { up: number; down: number };

function logOfOne(
  model: RankModel,
  seen: Observation,
  culprit: Observation | undefined,
  spread: Spread,
  mode: Mode,
): number {
  const isCulprit = seen === culprit;
  let sum = 0;
  for (const other of MODES) {
    const symptom = seen.symptoms[other];
    if (symptom === undefined) continue;
    // Slowness ends in failures by timeouts, and load in slowness: only trouble of the same mode adds up.
    const enough = isCulprit || other !== mode ? 1 : accounts(culprit?.symptoms[other], symptom);
    const arriving = (other === 'load' ? spread.down : spread.up) * enough;
    const rates = other === mode ? model.symptom.own : model.symptom.other;
    sum += logOdds(sharesOf(rates, isCulprit, arriving), symptom, model);
  }
  for (const kind of KINDS) {
    const local = seen.local[kind];
    if (local !== undefined) sum += logOdds(sharesOf(model.local[kind], isCulprit, spread.up), local, model);
  }
  return sum;
}

const KINDS = ['metric', 'change', 'log', 'trace', 'state', 'conviction'] as const;

/** Probability that an observation is abnormal because of the fault, and that it is by chance. */
type Shares = { fault: number; chance: number };

const hurt = (fault: number): Shares => ({ fault, chance: 0 });
const unrelated = (chance: number): Shares => ({ fault: 0, chance });

function sharesOf(rates: Rates, isCulprit: boolean, spread: number): Shares {
  if (isCulprit) return hurt(rates.culprit);
  return { fault: spread * rates.victim, chance: (1 - spread) * rates.bystander };
}

/** What is abnormal by chance is so by less: its ratio counts up to a bound. */
function logOdds({ fault, chance }: Shares, { ratio }: SeenSign, model: RankModel): number {
  return Math.log(fault * ratio + chance * Math.min(ratio, model.ratio.mostByChance) + 1 - fault - chance);
}

/**
 * How far the culprit's trouble is big enough to make the victim's: waiting and failures add up along calls, so it has
 * to be of about the same size. Never nothing, as clients retry and time out.
 */
function accounts(culprit: SeenSign | undefined, victim: SeenSign): number {
  if (culprit === undefined || culprit.excess === null || victim.excess === null || victim.excess <= 0) return 1;
  const share = culprit.excess / (ENOUGH_SHARE * victim.excess);
  return Math.min(1, Math.max(LEAST_ACCOUNTED, share * share));
}

const ENOUGH_SHARE = 0.8;
const LEAST_ACCOUNTED = 0.15;

/** 1 when the victim began with or after the culprit, less the longer it began before, and never below a quarter: onsets are measured poorly. */
function inOrder(culprit: Onset | null, victim: Onset | null, model: RankModel): number {
  if (culprit === null || victim === null) return 1;
  const tolerance = model.onsetToleranceMs + Math.max(culprit.resolutionMs, victim.resolutionMs);
  const earlyMs = culprit.at - victim.at - tolerance;
  return earlyMs <= 0 ? 1 : Math.max(0.25, Math.exp(-earlyMs / tolerance));
}
