import type { Edge, Evidence } from './rank-types.ts';

/** What callers show of those that they call; a change, or a state of their own, is their own. */
const PASSED_ON = new Set<Evidence['kind']>(['metric', 'log', 'trace']);
/** States that are read from metrics: whoever waits hardly computes. */
const READ_FROM_METRICS = new Set(['deadlock', 'blocked_on_dependency', 'leak']);
const CONVINCING = 0.5;

/**
 * Somebody whom the likeliest entity calls, directly or through others, and whose own objects convict it, is why that one is unwell, however loudly it shows it and however little is measured of who has no pods left: their
 * probabilities change places. Only where the likeliest shows nothing that is its own. Pure.
 */
export function convictedBehind(
  posteriors: readonly number[],
  entities: readonly string[],
  edges: readonly Edge[],
  evidence: readonly Evidence[],
): number[] {
  const likeliest = posteriors.indexOf(Math.max(...posteriors));
  const first = entities[likeliest];
  const own = evidence.filter(({ entity, strength }) => entity === first && strength >= CONVINCING);
  if (first === undefined || own.some((one) => !PASSED_ON.has(one.kind) && !READ_FROM_METRICS.has(one.what)))
    return [...posteriors];
  const convicted = new Set(evidence.filter(({ kind }) => kind === 'conviction').map(({ entity }) => entity));
  const behind = [...calledBy(first, edges)].filter((entity) => convicted.has(entity) && entity !== first);
  const index = (entity: string) => entities.indexOf(entity);
  const [cause] = behind.sort((one, other) => (posteriors[index(other)] ?? 0) - (posteriors[index(one)] ?? 0));
  if (cause === undefined) return [...posteriors];
  return posteriors.map((value, at) =>
    at === likeliest ? (posteriors[index(cause)] ?? 0) : at === index(cause) ? (posteriors[likeliest] ?? 0) : value,
  );
}

function calledBy(start: string, edges: readonly Edge[]): Set<string> {
  const seen = new Set<string>();
  let front = [start];
  while (front.length > 0) {
    front = [...new Set(edges.flatMap(({ from, to }) => (front.includes(from) && !seen.has(to) ? [to] : [])))];
    for (const entity of front) seen.add(entity);
  }
  return seen;
}
