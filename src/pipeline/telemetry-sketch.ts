/**
 * Durations counted in buckets that grow by a quarter each, from 0.1 ms up to two minutes: any quantile to within about 12 %,
 * in 256 bytes, merged by addition. (The idea of DDSketch: Masson, Rim, Lee, VLDB 2019.)
 */
export type LatencySketch = Uint32Array;

const BUCKETS = 64;
const LEAST_MS = 0.1;
const LOG_GROWTH = Math.log(1.25);

export function emptySketch(): LatencySketch {
  return new Uint32Array(BUCKETS);
}

export function addDuration(sketch: LatencySketch, durationMs: number): void {
  const bucket = durationMs <= LEAST_MS ? 0 : 1 + Math.floor(Math.log(durationMs / LEAST_MS) / LOG_GROWTH);
  sketch[Math.min(BUCKETS - 1, bucket)]! += 1;
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
