import type { Scene } from './rank-likelihood.ts';
import { modeOf } from './rank-model.ts';
import { isAbnormal, type Observation } from './rank-observations.ts';
import type { Evidence } from './rank-types.ts';

const MOST_EVIDENCE = 3;
/** Below this, an earlier start is not worth a sentence. */
const EARLIER_MS = 30_000;

/** The reasons for blaming an entity, as sentences: what was seen of it, whom it explains, what doesn't explain it, and when it began. */
export function reasonsFor(
  entity: number,
  entities: readonly string[],
  scene: Scene,
  own: readonly Evidence[],
): string[] {
  const reasons = own.slice(0, MOST_EVIDENCE).map((item) => item.message);
  const victims = scene.observations
    .filter(isAbnormal)
    .filter((seen) => seen.entity !== entity && scene.path[entity * scene.n + seen.entity] === 1);
  if (victims.length > 0)
    reasons.push(
      `${names(victims, entities)} ${victims.length === 1 ? 'depends' : 'depend'} on it and ${victims.length === 1 ? 'is' : 'are'} abnormal too`,
    );
  const calls = scene.observations
    .filter(isAbnormal)
    .filter((seen) => seen.entity !== entity && scene.path[seen.entity * scene.n + entity] === 1);
  if (own.some((item) => modeOf(item.what) !== null)) {
    reasons.push(
      calls.length === 0
        ? 'nothing that it calls is abnormal'
        : `but it calls ${names(calls, entities)}, also abnormal`,
    );
  }
  const earlier = earlierReason(entity, scene, victims);
  return earlier === null ? reasons : [...reasons, earlier];
}

function names(seen: readonly Observation[], entities: readonly string[]): string {
  const known = seen.slice(0, MOST_EVIDENCE).map((one) => entities[one.entity]!);
  return seen.length > MOST_EVIDENCE ? `${known.join(', ')} and ${seen.length - MOST_EVIDENCE} more` : known.join(', ');
}

function earlierReason(entity: number, scene: Scene, victims: readonly Observation[]): string | null {
  const self = scene.observations.find((seen) => seen.entity === entity);
  const began = self?.began ?? null;
  const others = victims.flatMap((seen) => seen.began ?? []);
  if (began === null || others.length === 0) return null;
  const leadMs = Math.min(...others.map((one) => one.at)) - began.at;
  return leadMs < EARLIER_MS + began.resolutionMs
    ? null
    : `it began ${Math.round(leadMs / 1000)} s before those that depend on it`;
}
