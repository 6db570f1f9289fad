import { roughMinutes } from './duration.ts';

/** Pure: how a change that came before trouble is weighed and told. */

/** Trouble is told a little late, and clocks differ: what changed this much after it may still be its cause. */
const SLACK_MS = 2 * 60_000;
const LONGEST_MS = 6 * 3_600_000;

/** In [0, 1]: 1 for a change as the trouble began, half as much for each `halfLifeMs` before it; null for one that is too old to matter or came after. */
export function weightByLag(changedAt: number, troubleSince: number, halfLifeMs: number): number | null {
  const lagMs = troubleSince - changedAt;
  if (lagMs < -SLACK_MS || lagMs > LONGEST_MS) return null;
  return 0.5 ** (Math.max(0, lagMs) / halfLifeMs);
}

/** `12 min before the trouble began`. */
export function lagWords(changedAt: number, troubleSince: number): string {
  const lagMs = troubleSince - changedAt;
  if (Math.round(Math.abs(lagMs) / 60_000) === 0) return 'as the trouble began';
  const span = roughMinutes(Math.abs(lagMs));
  return lagMs > 0 ? `${span} before the trouble began` : `${span} after the trouble began`;
}
