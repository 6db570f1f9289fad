/** Latencies as log-normal distributions, carried by mean and variance so that they can be added and mixed. Seconds. */
export type Latency = { mean: number; variance: number };

/** Upper bounds (seconds) of `http_request_duration_seconds_bucket`, without +Inf. */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** From the median and sigma, the deviation of the logarithm. */
export function fromMedian(median: number, sigma: number): Latency {
  const mean = median * Math.exp((sigma * sigma) / 2);
  return { mean, variance: mean * mean * (Math.exp(sigma * sigma) - 1) };
}

/** One after the other, `calls` times. */
export function addCalls(a: Latency, b: Latency, calls: number): Latency {
  return { mean: a.mean + calls * b.mean, variance: a.variance + calls * b.variance };
}

/** Some requests see one distribution, some another; weights need not sum to 1. */
export function mix(parts: readonly { weight: number; latency: Latency }[]): Latency {
  let total = 0;
  let mean = 0;
  let square = 0;
  for (const { weight, latency } of parts) {
    total += weight;
    mean += weight * latency.mean;
    square += weight * (latency.variance + latency.mean * latency.mean);
  }
  if (total <= 0) return { mean: 0, variance: 0 };
  mean /= total;
  return { mean, variance: Math.max(0, square / total - mean * mean) };
}

export type LogNormal = { mu: number; sigma: number };

/** Moment matching (Fenton and Wilkinson). */
export function toLogNormal(latency: Latency): LogNormal {
  const mean = Math.max(1e-6, latency.mean);
  const s2 = Math.log(1 + Math.max(1e-9, latency.variance / (mean * mean)));
  return { mu: Math.log(mean) - s2 / 2, sigma: Math.sqrt(s2) };
}

/** Share of requests that take at most `x` seconds. */
export function shareWithin(d: LogNormal, x: number): number {
  return x <= 0 ? 0 : normalCdf((Math.log(x) - d.mu) / d.sigma);
}

export function quantile99(latency: Latency): number {
  const d = toLogNormal(latency);
  return Math.exp(d.mu + 2.3263478740408408 * d.sigma);
}

/** What a caller sees that gives up after `timeout`: the share that timed out, and the distribution cut there. */
export function withTimeout(latency: Latency, timeout: number): { lost: number; latency: Latency } {
  const lost = 1 - shareWithin(toLogNormal(latency), timeout);
  if (lost < 1e-6) return { lost: 0, latency };
  const kept = Math.min(latency.mean, timeout * 0.9);
  const parts = [
    { weight: 1 - lost, latency: { mean: kept, variance: Math.min(latency.variance, (timeout * timeout) / 12) } },
    { weight: lost, latency: { mean: timeout, variance: 0 } },
  ];
  return { lost, latency: mix(parts) };
}

/** Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
function normalCdf(z: number): number {
  const a = Math.abs(z);
  if (a > 8) return z > 0 ? 1 : 0;
  const t = 1 / (1 + 0.2316419 * a);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = 0.3989422804014327 * Math.exp((-a * a) / 2) * poly;
  return z > 0 ? 1 - tail : tail;
}
