/** How far each point is from the mean of the `window` points before, in their standard deviations: the simplest alarm on a series. */
export function movingZ(values: ArrayLike<number>, window = 60): Float64Array {
  let sum = 0;
  let squares = 0;
  return Float64Array.from({ length: values.length }, (_, i) => {
    const value = values[i]!;
    const mean = sum / window;
    const spread = Math.sqrt(Math.max(0, squares / window - mean * mean));
    const z = i < window ? 0 : Math.abs(value - mean) / Math.max(spread, 1e-9 * Math.abs(mean), 1e-12);
    sum += value;
    squares += value * value;
    const old = values[i - window];
    if (old !== undefined) {
      sum -= old;
      squares -= old * old;
    }
    return z;
  });
}
