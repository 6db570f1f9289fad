/** The alert that always fires says that the way from Prometheus to here works. Pure. */

/** When it was last heard, how long after the one before (null: it is the first), and since when Alertmanager says that it has ended. */
export type Heard = { last: number; gap: number | null; ended: number | null };

/** Alertmanager repeats a group no sooner than this by itself; replicas of it may both send. */
const ONE_BEAT_MS = 10_000;
const LEAST_MS = 10 * 60_000;
/** So many in a row may be lost before it counts. */
const MISSED = 3;

/** `last` is the one before, if any. */
export function heard(last: Heard | null, at: number): Heard {
  if (!last || at <= last.last) return last ?? { last: at, gap: null, ended: null };
  const gap = at - last.last;
  return { last: at, gap: gap < ONE_BEAT_MS ? last.gap : gap, ended: null };
}

/** Since when the heartbeat is missing, or null while it isn't, or while how often it comes isn't known. `withinMs`: what the configuration says; else it is learned. */
export function missingSince({ last, gap, ended }: Heard, withinMs: number | null, now: number): number | null {
  if (ended !== null) return ended;
  const within = withinMs ?? (gap === null ? null : Math.max(LEAST_MS, gap * MISSED));
  return within !== null && now - last > within ? last + within : null;
}
