/**
 * Turns "how far from normal" into a calibrated strength.
 *
 * A p-value is uniform when all is normal; when something is wrong it crowds near 0, and the family ξ·p^(ξ−1) is the
 * usual way to say so (Sellke, Bayarri, Berger 2001, "Calibration of p values for testing precise null hypotheses").
 * The strength is the resulting probability of "not normal" at even odds: p = 0.05 → 0.6, 0.001 → 0.98, 1 → 0.1.
 */
export function strengthOf(p: number): number {
  const ratio = CROWDING * Math.min(1, Math.max(LEAST_P, p)) ** (CROWDING - 1);
  return ratio / (1 + ratio);
}

const CROWDING = 0.12;
const LEAST_P = 1e-7;

/**
 * Probability of a shift at least as large as `shift`, in units of its noise, judged by the shifts that the normal
 * period shows itself. Within what was seen the empirical tail counts; beyond it a power law continues it, as
 * telemetry has heavy tails; a normal tail bounds both, for shifts so even that they were never seen to differ.
 * `sorted` ascending, NaN-free; `independent` is how many of them don't overlap. Without any, a Student tail decides.
 */
export function tailProbability(shift: number, sorted: ArrayLike<number>, independent: number): number {
  const n = sorted.length;
  if (n === 0) return studentTail(shift);
  const above = n - firstAtLeast(sorted, shift);
  if (above > 0) return Math.max(normalTail(shift), Math.min(1, (above + n / independent) / (n + 1)));
  const largest = Math.max(LEAST_LARGEST, sorted[n - 1]!);
  return Math.max(normalTail(shift), (shift / largest) ** -TAIL_POWER / (independent + 1));
}

const TAIL_POWER = 4;
const LEAST_LARGEST = 2;

/** P(T > t) for Student's t with 4 degrees of freedom, which has a closed form. */
function studentTail(t: number): number {
  const u = t / Math.sqrt(4 + t * t);
  // The difference loses its digits far out, where the leading term is exact enough.
  return t > 50 ? 3 / t ** 4 : 0.5 - 0.75 * (u - u ** 3 / 3);
}

/** P(Z > z), by Börjesson and Sundberg's 1979 approximation (relative error below 0.3 %). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (0.661 * z + 0.339 * Math.sqrt(z * z + 5.51));
}

function firstAtLeast(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
