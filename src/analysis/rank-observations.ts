import { type Mode, modeOf, type RankModel } from './rank-model.ts';
import type { Evidence, EvidenceKind } from './rank-types.ts';

/** One thing seen, reduced to what the model uses. `ratio` is p(seen | abnormal) / p(seen | normal). */
export type SeenSign = { ratio: number; onset: Onset | null; excess: number | null };

/** When something began, and how coarsely that was measured; epoch ms, ms. */
export type Onset = { at: number; resolutionMs: number };

/** What was seen of one entity: passed-on symptoms by mode, and its own evidence by kind. Missing means nobody looked. */
export type Observation = {
  entity: number;
  symptoms: { [mode in Mode]?: SeenSign };
  local: { [kind in EvidenceKind]?: SeenSign };
  /** the earliest convincing onset of anything but changes, which come before the trouble */
  began: Onset | null;
};

/**
 * How far each entity left its normal, beside who left it farthest: a weight, 1 for the farthest. What tells of itself in another way than by numbers
 * (a log, a state) is as far as any; of whom no number is known, in between.
 */
export function farthestShares(
  entities: readonly string[],
  evidence: readonly Evidence[],
  { farthest: { power, least, most, unseen } }: RankModel,
): Float64Array {
  const sizes = new Map<string, number>();
  for (const { entity, kind, size, strength } of evidence) {
    const told = kind !== 'metric' && kind !== 'change' && strength >= CONVINCING ? most : undefined;
    const far = size ?? told;
    if (far !== undefined) sizes.set(entity, Math.max(sizes.get(entity) ?? 0, Math.min(most, far)));
  }
  const farthest = Math.max(1, ...sizes.values());
  return Float64Array.from(entities, (entity) => {
    const size = sizes.get(entity);
    return size === undefined ? unseen : Math.max(least, size / farthest) ** power;
  });
}

const CONVINCING = 0.9;

/** Groups evidence by entity; of several of one mode or kind the strongest counts, as they are seldom independent. */
export function observe(
  entities: readonly string[],
  evidence: readonly Evidence[],
  at: number,
  model: RankModel,
): Observation[] {
  const index = new Map(entities.map((entity, i) => [entity, i]));
  const onset = onsetOf(evidence, at);
  const byEntity = new Map<number, Observation>();
  for (const item of evidence) {
    const entity = index.get(item.entity);
    if (entity === undefined || Number.isNaN(item.strength)) continue;
    const seenOf = byEntity.get(entity) ?? { entity, symptoms: {}, local: {}, began: null };
    byEntity.set(entity, seenOf);
    const mode = modeOf(item.what);
    const seen = { ratio: ratioOf(item, onset, model), onset: beginOf(item), excess: item.excess ?? null };
    if (mode !== null) seenOf.symptoms[mode] = stronger(seenOf.symptoms[mode], seen);
    else seenOf.local[item.kind] = stronger(seenOf.local[item.kind], seen);
  }
  for (const observation of byEntity.values()) observation.began = firstSign(observation);
  return [...byEntity.values()];
}

/** The earliest onset among convincing symptoms; without one, now. */
function onsetOf(evidence: readonly Evidence[], at: number): number {
  let onset = at;
  for (const item of evidence) {
    if (item.kind !== 'change' && item.strength >= 0.8 && item.at !== null && item.at < onset) onset = item.at;
  }
  return onset;
}

function ratioOf(item: Evidence, onset: number, model: RankModel): number {
  const strength =
    Math.min(1, Math.max(0, item.strength)) * (item.kind === 'change' ? timeliness(item, onset, model) : 1);
  const odds = (strength / Math.max(1e-9, 1 - strength)) * (item.kind === 'conviction' ? model.conviction : 1);
  // A change that is old or unconvincing says nothing; it doesn't speak for innocence.
  const least = item.kind === 'change' ? 1 : model.ratio.least;
  return Math.min(model.ratio.most, Math.max(least, odds));
}

/** 1 just before the onset, falling to 0 at the horizon; what changed afterwards is no cause (0). */
function timeliness(item: Evidence, onset: number, model: RankModel): number {
  if (item.at === null) return 0.5;
  const beforeMs = onset - item.at;
  if (beforeMs < -model.onsetToleranceMs) return 0;
  return Math.max(0, 1 - Math.max(0, beforeMs) / model.changeHorizonMs) ** 0.25;
}

function stronger(known: SeenSign | undefined, seen: SeenSign): SeenSign {
  if (known === undefined) return seen;
  const [strong, weak] = seen.ratio > known.ratio ? [seen, known] : [known, seen];
  return { ...strong, excess: strong.excess ?? weak.excess };
}

function firstSign(observation: Observation): Onset | null {
  const { change: _before, ...local } = observation.local;
  let first: Onset | null = null;
  for (const seen of [...Object.values(observation.symptoms), ...Object.values(local)]) {
    if (seen.onset === null || seen.ratio < ABNORMAL_RATIO) continue;
    if (first === null || seen.onset.at < first.at) first = seen.onset;
  }
  return first;
}

function beginOf(item: Evidence): Onset | null {
  return item.at === null ? null : { at: item.at, resolutionMs: item.resolutionMs ?? 0 };
}

const ABNORMAL_RATIO = 4;

/** Whether it convincingly shows a symptom that callees may have passed on to it. */
export function isAbnormal(observation: Observation): boolean {
  return Object.values(observation.symptoms).some((seen) => seen.ratio >= ABNORMAL_RATIO);
}

/** Per entity the highest ratio among the given modes' symptoms; 1 where none was looked at. */
export function strongest(observations: readonly Observation[], n: number, modes: readonly Mode[]): Float64Array {
  const ratios = new Float64Array(n).fill(1);
  for (const observation of observations) {
    const seen = modes.flatMap((mode) => observation.symptoms[mode]?.ratio ?? []);
    if (seen.length > 0) ratios[observation.entity] = Math.max(...seen);
  }
  return ratios;
}

/** Whether anything of it, its own or passed on, is likelier abnormal than not. */
export function showsSomething(observation: Observation): boolean {
  return [...Object.values(observation.symptoms), ...Object.values(observation.local)].some((seen) => seen.ratio > 1);
}
