/** In how many of the chances something happened: spans of an operation that logged a template, requests that called a callee. */
export type CountShare = { hits: number; chances: number };

/** p: probability by chance of a share as far from the normal one as the incident's; `before` and `during` are shares. */
export type ShareShift = { p: number; before: number; during: number };

/** Even a steady share wanders as if it had been counted in no more than this many chances. */
const MOST_STEADY = 30;

/** Before anything was seen shares near 0 and 1 are likelier (Jeffreys' prior): what code does it mostly does always or never. */
const UNSEEN = 0.5;

/**
 * How surprising the incident's share is after the normal periods', two-sided, under a beta-binomial: the share itself
 * wanders between periods by as much as it was seen to, at least 1/`MOST_STEADY`. Null when there was no chance in the
 * normal time or in the incident: what was never possible is neither missing nor new.
 */
export function shareShift(normal: readonly CountShare[], incident: CountShare): ShareShift | null {
  const known = normal.filter((period) => period.chances > 0);
  const chances = known.reduce((sum, period) => sum + period.chances, 0);
  if (chances === 0 || incident.chances <= 0) return null;
  const share = known.reduce((sum, period) => sum + Math.min(period.hits, period.chances), 0) / chances;
  const steadiness = Math.min(chances, 1 / (1 / MOST_STEADY + wandering(known, share)));
  const n = Math.round(incident.chances);
  const hits = Math.min(n, Math.round(incident.hits));
  const alpha = UNSEEN + share * steadiness;
  const beta = UNSEEN + (1 - share) * steadiness;
  const during = hits / n;
  const p = during >= share ? upperTail(hits, n, alpha, beta) : upperTail(n - hits, n, beta, alpha);
  return { p: Math.min(1, 2 * p), before: share, during };
}

/** How far the shares of the normal periods differ beyond counting noise, as a part of the most that they could; 0..1. */
function wandering(periods: readonly CountShare[], share: number): number {
  const most = share * (1 - share);
  if (periods.length < 2 || most <= 0) return 0;
  let spread = 0;
  let noise = 0;
  for (const { hits, chances } of periods) {
    spread += (Math.min(1, hits / chances) - share) ** 2 / (periods.length - 1);
    noise += most / chances / periods.length;
  }
  return Math.min(1, Math.max(0, spread - noise) / most);
}

/** P(K ≥ hits) for K beta-binomial over n chances, summed from the top down. */
function upperTail(hits: number, n: number, alpha: number, beta: number): number {
  let log = logBeta(n + alpha, beta) - logBeta(alpha, beta);
  let sum = 0;
  for (let k = n; k >= hits; k -= 1) {
    sum += Math.exp(log);
    // p(k − 1) from p(k): the ratio of neighbouring beta-binomial terms.
    log += Math.log(k / (n - k + 1)) + Math.log((n - k + beta) / (k - 1 + alpha));
  }
  return Math.min(1, sum);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Lanczos' approximation with g = 5 and six terms (Press et al., Numerical Recipes §6.1); relative error below 2e-10 for x > 0. */
function logGamma(x: number): number {
  const shifted = x + 5.5;
  let series = 1.00000000019;
  for (let i = 0; i < LANCZOS.length; i += 1) series += LANCZOS[i]! / (x + 1 + i);
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * series) / x);
}

const LANCZOS = [76.1800917295, -86.5053203294, 24.0140982408, -1.23173957245, 0.00120865097387, -0.000005395239385];

/**
 * One p-value for many of the same thing, by the harmonic mean (Wilson, "The harmonic mean p-value for combining dependent
 * tests", PNAS 2019): holds though they depend on each other, and several small ones count more than one. 1 when empty.
 */
export function combined(ps: readonly number[]): number {
  let inverse = 0;
  for (const p of ps) inverse += 1 / Math.max(p, Number.MIN_VALUE * 1e10);
  return ps.length === 0 ? 1 : Math.min(1, ps.length / inverse);
}
