/**
 * Durations counted in buckets that grow by a quarter each, from 0.1 ms up to two minutes: any quantile to within about 12 %,
 * in 256 bytes, merged by addition. (The idea of DDSketch: Masson, Rim, Lee, VLDB 2019.)
 */
export type LatencySketch = Uint32Array;

export const BUCKETS = 64;
const LEAST_MS = 0.1;
const LOG_GROWTH = Math.log(1.25);

export function emptySketch(): LatencySketch {
  return new Uint32Array(BUCKETS);
}

export function addDuration(sketch: LatencySketch, durationMs: number): void {
  sketch[bucketOf(durationMs)]! += 1;
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > LEAST_MS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(durationMs / LEAST_MS) / LOG_GROWTH));
}

const upperOf = (bucket: number): number => LEAST_MS * Math.exp(bucket * LOG_GROWTH);

/**
 * `count` durations of which only the range is known, spread evenly over it, as Prometheus's `histogram_quantile` does. What is above all bounds
 * (`highMs` infinite) counts at the highest. Whole numbers, so that sketches still merge by addition.
 */
export function addRange(sketch: LatencySketch, lowMs: number, highMs: number, count: number): void {
  const [first, last] = [bucketOf(lowMs), bucketOf(Number.isFinite(highMs) ? highMs : lowMs)];
  let done = 0;
  for (let bucket = first; bucket <= last; bucket += 1) {
    const share = Math.max(0, (upperOf(bucket) - lowMs) / (highMs - lowMs));
    const until = bucket === last ? count : Math.round(count * Math.min(1, share));
    sketch[bucket]! += until - done;
    done = until;
  }
}

export function mergeSketch(into: LatencySketch | null, from: LatencySketch | null): LatencySketch | null {
  if (!into || !from) return into ?? from?.slice() ?? null;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) into[bucket]! += from[bucket]!;
  return into;
}

/** The duration in ms that a share `q` of all stay under, over several sketches; NaN when they are empty. */
export function quantileMs(sketches: readonly LatencySketch[], q: number): number {
  let total = 0;
  for (const sketch of sketches) for (const count of sketch) total += count;
  if (total === 0) return Number.NaN;
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for (const sketch of sketches) seen += sketch[bucket]!;
    if (seen >= q * total) return bucket === 0 ? LEAST_MS : LEAST_MS * Math.exp((bucket - 0.5) * LOG_GROWTH);
  }
  return Number.NaN;
}
