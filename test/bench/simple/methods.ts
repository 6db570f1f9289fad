/**
 * The simplest methods there are, to be printed beside ours: none shares code with ours. They see what a person would plot: for each
 * entity, how far each metric has moved.
 */

/** How far one metric of an entity left its normal, in standard deviations; `inside`: CPU, memory and the like, not an answer to a caller. */
export type Deviation = { entity: string; inside: boolean; size: number };
export type Simple = { deviation: string[]; traversal: string[]; insideOutside: string[] };

const ABNORMAL = 3;

/** |mean since − mean before| in standard deviations of before; what never moved counts in its own unit, as scalers have it. 0 where either is unknown. */
export function deviationOf(before: ArrayLike<number>, since: ArrayLike<number>): number {
  const [normal, now] = [finite(before), finite(since)];
  if (normal.length === 0 || now.length === 0) return 0;
  const centre = mean(normal);
  const spread = Math.sqrt(mean(normal.map((value) => (value - centre) ** 2)));
  return Math.min(1e6, Math.abs(mean(now) - centre) / (spread > 1e-12 ? spread : 1));
}

/** All three rankings, best first, of all `entities`. */
export function simpleRankings(
  symptomService: string,
  entities: readonly string[],
  edges: readonly { from: string; to: string }[],
  deviations: readonly Deviation[],
): Simple {
  const most = (inside: boolean | null) => {
    const sizes = new Map<string, number>();
    for (const one of deviations)
      if (inside === null || one.inside === inside)
        sizes.set(one.entity, Math.max(one.size, sizes.get(one.entity) ?? 0));
    return (entity: string) => sizes.get(entity) ?? 0;
  };
  const [any, within, without] = [most(null), most(true), most(false)];
  const by = (score: (entity: string) => number) => [...entities].sort((a, b) => score(b) - score(a));
  const leaves = leavesOf(symptomService, edges, (entity) => any(entity) > ABNORMAL);
  const both = (entity: string) => within(entity) > ABNORMAL && without(entity) > ABNORMAL;
  return {
    deviation: by(any),
    traversal: by((entity) => any(entity) + (leaves.has(entity) ? 1e7 : 0)),
    insideOutside: by((entity) => (both(entity) ? 1e7 + within(entity) : any(entity))),
  };
}

/** From the front along abnormal callees, down to those that call nobody abnormal. */
function leavesOf(
  from: string,
  edges: readonly { from: string; to: string }[],
  isAbnormal: (entity: string) => boolean,
): Set<string> {
  const seen = new Set([from]);
  const leaves = new Set<string>();
  for (const at of seen) {
    const next = edges.filter((edge) => edge.from === at && edge.to !== at && isAbnormal(edge.to));
    for (const { to } of next) seen.add(to);
    if (next.length === 0 && (at !== from || isAbnormal(at))) leaves.add(at);
  }
  return leaves;
}

const finite = (values: ArrayLike<number>) => Array.from(values).filter(Number.isFinite);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
