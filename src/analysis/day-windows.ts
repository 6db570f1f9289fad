/** A stretch of slots `[from, to)` of a day that wants `replicas`. */
export type DayWindow = { from: number; to: number; replicas: number };
export type DayPlan = { windows: DayWindow[]; cost: number };

/** Too few replicas hurt more than too many. */
const SHORTAGE = 2;

/**
 * The windows that fit the replicas wanted in each slot on several days alike: least cost of replica-slots short (twice) and over,
 * plus `windowCost` for each window. Outside windows there are `base` replicas. Optimal partitioning by dynamic programming (Jackson
 * et al. 2005). Every day has the same number of slots.
 */
export function planDay(days: readonly number[][], base: number, windowCost: number): DayPlan {
  const slots = days[0]?.length ?? 0;
  const highest = Math.max(base, ...days.flat());
  const sums: number[][] = [];
  for (let level = base; level <= highest; level++) sums.push(runningCost(days, slots, level));
  const best: { cost: number; last: DayWindow | null }[] = [{ cost: 0, last: null }];
  for (let to = 1; to <= slots; to++) {
    let found: (typeof best)[number] = { cost: best[to - 1]!.cost + sums[0]![to]! - sums[0]![to - 1]!, last: null };
    for (let from = 0; from < to; from++) {
      for (let k = 1; k < sums.length; k++) {
        const cost = best[from]!.cost + windowCost + sums[k]![to]! - sums[k]![from]!;
        if (cost < found.cost) found = { cost, last: { from, to, replicas: base + k } };
      }
    }
    best.push(found);
  }
  const windows: DayWindow[] = [];
  for (let at = slots; at > 0; at = best[at]!.last?.from ?? at - 1) {
    const { last } = best[at]!;
    if (last) windows.unshift(last);
  }
  return { windows, cost: best[slots]!.cost };
}

function runningCost(days: readonly number[][], slots: number, level: number): number[] {
  const sums = [0];
  for (let slot = 0; slot < slots; slot++) {
    let cost = 0;
    for (const day of days) cost += Math.max(0, level - day[slot]!) + SHORTAGE * Math.max(0, day[slot]! - level);
    sums.push(sums[slot]! + cost);
  }
  return sums;
}
