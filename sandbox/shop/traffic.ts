import { normal, smoothNoise } from './random.ts';

const DAY_MS = 86_400_000;
const PEAK_RPS = 175;
const NIGHT_SHARE = 0.3;
const WEEKEND = 0.78;
const SALE_KEY = 11;
const SLOW_KEY = 12;
const FAST_KEY = 13;

/**
 * Requests per second that shoppers send to the storefront at instant `t` (UTC): a day with its evening peak, weekends,
 * and noise of three time scales (hours, minutes, half minutes). A function of time and seed alone.
 */
export function shopperTraffic(seed: number, t: number): number {
  const noise =
    1 +
    0.03 * smoothNoise(seed, SLOW_KEY, t, 5_400_000) +
    0.025 * smoothNoise(seed, FAST_KEY, t, 300_000) +
    0.012 * normal(seed, SALE_KEY, Math.floor(t / 30_000));
  return Math.max(1, PEAK_RPS * dayShape(t) * weekShape(t) * noise);
}

/** 0.3 at about 3:40 UTC to 1 at about 19:00. */
function dayShape(t: number): number {
  const hour = ((t % DAY_MS) / DAY_MS) * 24;
  const evening = Math.exp(-(((hour - 19.2) / 3.4) ** 2));
  const noon = 0.78 * Math.exp(-(((hour - 12.2) / 3.6) ** 2));
  const late = Math.exp(-(((hour + 24 - 19.2) / 3.4) ** 2));
  return NIGHT_SHARE + (1 - NIGHT_SHARE) * Math.min(1, evening + noon + late);
}

/** Eased over four hours around midnight, so that no day begins with a jump. */
function weekShape(t: number): number {
  const day = Math.floor(t / DAY_MS + 4) % 7; // the epoch was a Thursday; 0 is Sunday
  const hour = ((t % DAY_MS) / DAY_MS) * 24;
  const of = (d: number): number => (d % 7 === 0 || d % 7 === 6 ? WEEKEND : 1);
  const into = Math.min(1, (hour + 2) / 4);
  const out = Math.max(0, (hour - 22) / 4);
  const today = of(day);
  return hour < 2 ? of(day + 6) * (1 - into) + today * into : today * (1 - out) + of(day + 1) * out;
}
