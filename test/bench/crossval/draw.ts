import { prng } from '../../../src/analysis/prng.ts';

/** What a made-up system draws from; one stream of numbers for each, so that a change in one doesn't change another. */
export type Draw = ReturnType<typeof drawFrom>;

export function drawFrom(seed: number) {
  const uniform = prng(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const between = (low: number, high: number) => low + (high - low) * uniform();
  return {
    uniform,
    normal,
    between,
    chance: (p: number) => uniform() < p,
    /** Evenly on a logarithmic scale. */
    logBetween: (low: number, high: number) => Math.exp(between(Math.log(low), Math.log(high))),
    oneOf: <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)]!,
    whole: (low: number, high: number) => Math.floor(between(low, high + 1)),
  };
}
