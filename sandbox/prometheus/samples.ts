/** Samples in order of time (epoch ms): the first `count` of each array. The arrays grow, and are kept when it starts again from 0. */
export type Samples = { times: Float64Array; values: Float64Array; count: number };

const FIRST_CAPACITY = 256;

export function newSamples(capacity = FIRST_CAPACITY): Samples {
  return { times: new Float64Array(capacity), values: new Float64Array(capacity), count: 0 };
}

export function put(samples: Samples, time: number, value: number): void {
  if (samples.count === samples.times.length) {
    samples.times = larger(samples.times);
    samples.values = larger(samples.values);
  }
  samples.times[samples.count] = time;
  samples.values[samples.count] = value;
  samples.count++;
}

function larger(full: Float64Array): Float64Array {
  const array = new Float64Array(2 * full.length);
  array.set(full);
  return array;
}
