import { convictedBehind } from './rank-convicted.ts';
import { logLikelihoodContained, logLikelihoodElse, logLikelihoods, type Scene } from './rank-likelihood.ts';
import { MODES, type Mode, modeOf, RANK_MODEL, type RankModel } from './rank-model.ts';
import { farthestShares, isAbnormal, observe, showsSomething, strongest } from './rank-observations.ts';
import { arrivals, arrivalsFrom, callLinksOf, fromCallers, likelyCallers } from './rank-reach.ts';
import type { Evidence, RankedCause, RankInput, Ranking } from './rank-types.ts';
import { reasonsFor } from './rank-words.ts';

export type { Edge, Evidence, RankedCause, RankInput, Ranking } from './rank-types.ts';

/**
 * Ranks who is to blame. A Bayesian single-cause model: each entity, in each mode of failing, is a hypothesis, and
 * "something else" is one more; each is judged by how well it accounts for all that was seen (rank-likelihood.ts).
 * Probabilities of all entities and `somethingElse` sum to 1. Pure; about entities × abnormal ones × observations steps.
 */
export function rankCauses(input: RankInput): Ranking {
  const model = RANK_MODEL;
  const entities = [
    ...new Set(
      input.entities.includes(input.symptomService) ? input.entities : [input.symptomService, ...input.entities],
    ),
  ];
  const scene = setScene(input, entities);
  const { posteriors: judged, somethingElse } = judge(scene, input.alarm === 'absence');
  const posteriors = convictedBehind(judged, entities, input.edges, input.evidence);
  const convincing = convincingByEntity(input.evidence);
  const order = [...entities.keys()].sort(
    (a, b) =>
      posteriors[b]! - posteriors[a]! || scene.farthest[b]! - scene.farthest[a]! || byName(entities[a]!, entities[b]!),
  );
  const causes = order.map((i): RankedCause => {
    const own = convincing.get(entities[i]!) ?? [];
    const reasons = own.length === 0 ? [] : reasonsFor(i, entities, scene, own);
    return { entity: entities[i]!, probability: posteriors[i]!, reasons, evidence: own };
  });
  const first = causes[0]!;
  return {
    causes,
    somethingElse,
    named: first.probability >= nameAt(first, model) && first.evidence.length > 0 && isUnwell(input),
  };
}

/** What an object says of itself needs no more than to be the likeliest by far. */
const nameAt = ({ evidence }: RankedCause, model: RankModel): number =>
  evidence.some(({ kind }) => kind === 'conviction') ? model.nameConvictedAt : model.nameAt;

const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function setScene(input: RankInput, entities: string[]): Scene {
  const model = RANK_MODEL;
  const symptomService = entities.indexOf(input.symptomService);
  const observations = observe(entities, input.evidence, input.at, model);
  const calls = callLinksOf(entities, input.edges, new Set(input.inferred ?? []), model.perCall);
  const suspects = observations.filter(isAbnormal).map((seen) => seen.entity);
  const callers = likelyCallers(calls, suspects, symptomService, model.hidden);
  const trouble = strongest(observations, entities.length, ['slow', 'failing']);
  const load = strongest(observations, entities.length, ['load']);
  return {
    n: entities.length,
    symptomService,
    observations,
    alarm: input.alarm === undefined ? null : modeOf(input.alarm),
    farthest: farthestShares(entities, input.evidence, model),
    path: calls.path,
    callers,
    callees: calls.callees,
    trouble,
    load,
    loadFromCallers: fromCallers(calls.callees, load, model.symptom.own.bystander),
    toFront: Float64Array.from(entities, (_, entity) => arrivals(callers, entity, trouble)[symptomService]!),
    loadToFront: Float64Array.from(
      entities,
      (_, entity) => arrivalsFrom(callers, arrivals(calls.callees, entity, load), trouble)[symptomService]!,
    ),
    model,
  };
}

/** False when the front was looked at and nothing about it is abnormal: then there is nothing to blame anybody for. */
function isUnwell(input: RankInput): boolean {
  if (input.told) return true;
  const own = input.evidence.filter((item) => item.entity === input.symptomService);
  return own.length === 0 || own.some((item) => item.strength >= CONVINCING);
}

const CONVINCING = 0.5;

function judge(scene: Scene, isAbsence: boolean): { posteriors: number[]; somethingElse: number } {
  const { priorElse } = scene.model;
  const modes = modesOf(scene);
  const contained = hasOwnTrouble(scene) ? (isAbsence ? scene.model.containedAbsence : scene.model.contained) : 0;
  const spreading = (1 - priorElse) * (1 - contained);
  const priors = { slow: priorsOf(scene, 'slow'), failing: priorsOf(scene, 'failing'), load: priorsOf(scene, 'load') };
  const logs = priors.slow.map((_, cause) => {
    const likelihoods = logLikelihoods(scene, cause);
    return MODES.map((mode) => Math.log(spreading * priors[mode][cause]! * modes[mode]) + likelihoods[mode]);
  });
  if (contained > 0)
    logs[scene.symptomService]!.push(Math.log((1 - priorElse) * contained) + logLikelihoodContained(scene));
  const logElse = Math.log(priorElse) + logLikelihoodElse(scene);
  const top = Math.max(logElse, ...logs.flat());
  const weights = logs.map((modes) => modes.reduce((sum, log) => sum + Math.exp(log - top), 0));
  const weightElse = Math.exp(logElse - top);
  const total = weights.reduce((sum, weight) => sum + weight, weightElse);
  return { posteriors: weights.map((weight) => weight / total), somethingElse: weightElse / total };
}

/** How the faults of the world divide into modes; where the alarm says in which way the front hurts, most are of that. */
function modesOf({ alarm, model }: Scene): RankModel['modes'] {
  if (alarm === null) return model.modes;
  const others = MODES.filter((mode) => mode !== alarm);
  const left = others.reduce((sum, mode) => sum + model.modes[mode], 0);
  const share = (mode: Mode) => (mode === alarm ? model.asAlarmed : ((1 - model.asAlarmed) * model.modes[mode]) / left);
  return { slow: share('slow'), failing: share('failing'), load: share('load') };
}

/** Only then can the front be in trouble that nobody else would see. */
function hasOwnTrouble({ observations, symptomService }: Scene): boolean {
  const seen = observations.find((observation) => observation.entity === symptomService);
  const { state, metric, conviction } = seen?.local ?? {};
  return [state, metric, conviction].some((one) => (one?.ratio ?? 0) >= OWN_TROUBLE_RATIO);
}

const OWN_TROUBLE_RATIO = 4;

/** How likely each entity is to blame, failing in this mode, apart from how it fits the others' evidence; sums to 1. */
function priorsOf({ n, observations, farthest, toFront, loadToFront, model }: Scene, mode: Mode): number[] {
  const connected = mode === 'load' ? loadToFront : toFront;
  const known = new Map(observations.map((observation) => [observation.entity, observation]));
  const shares = Array.from({ length: n }, (_, entity) => {
    const own = known.get(entity);
    // Where nobody looked, in this way, nothing was seen: that is no sign of innocence.
    const looked = own?.symptoms[mode] !== undefined;
    const quiet = own !== undefined && showsSomething(own) ? 1 : looked ? model.silentCulprit : model.unseenCulprit;
    const far = looked ? farthest[entity]! : Math.max(farthest[entity]!, model.farthest.unseen);
    return quiet * far * (connected[entity]! > 0 ? 1 : model.unconnectedCulprit);
  });
  const all = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / all);
}

function convincingByEntity(evidence: readonly Evidence[]): Map<string, Evidence[]> {
  const byEntity = new Map<string, Evidence[]>();
  for (const item of [...evidence].sort((a, b) => b.strength - a.strength)) {
    if (!(item.strength >= CONVINCING)) continue;
    const own = byEntity.get(item.entity);
    if (own === undefined) byEntity.set(item.entity, [item]);
    else own.push(item);
  }
  return byEntity;
}
