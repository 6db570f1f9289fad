/** A normal distribution's standard deviation is this many times its median absolute deviation. */
const MAD_TO_SD = 1.4826;
const SMALL = 40;

/** The finite values, sorted ascending, in a new array. */
export function sortedFinite(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) kept[count++] = value;
  }
  const finite = kept.subarray(0, count);
  return count <= SMALL ? insertionSorted(finite) : finite.sort();
}

/** The built-in sort has a fixed cost that dwarfs a handful of numbers. */
function insertionSorted(values: Float64Array): Float64Array {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let place = i;
    while (place > 0 && values[place - 1]! > value) {
      values[place] = values[place - 1]!;
      place -= 1;
    }
    values[place] = value;
  }
  return values;
}

/** The `q` quantile (0 to 1) of an ascending array, linear between neighbours as NumPy's default; NaN when it is empty. */
export function quantileOfSorted(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

/** The median of the finite values; NaN when there is none. */
export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(sortedFinite(values), 0.5);
}

/** The spread around `centre` as a standard deviation that outliers don't move (1.4826 × the median distance); NaN when empty. */
export function robustSd(values: ArrayLike<number>, centre: number): number {
  const distances = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) distances[i] = Math.abs(values[i]! - centre);
  return MAD_TO_SD * median(distances);
}
