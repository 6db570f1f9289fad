/** A normal distribution's standard deviation is this many times its median absolute deviation. */
const MAD_TO_SD = 1.4826;
const SMALL = 40;

/** The finite values, sorted ascending, in a new array. */
export function sortedFinite(values: ArrayLike<number>): Float64Array {
  const kept = finiteOf(values);
  return kept.length <= SMALL ? insertionSorted(kept) : kept.sort();
}

function finiteOf(values: ArrayLike<number>): Float64Array {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) kept[count++] = value;
  }
  return kept.subarray(0, count);
}

/** The value that would be at `place` if sorted; smaller ones end up before it (Hoare's quickselect, middle pivot). In place. */
function select(values: Float64Array, place: number): number {
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1]!;
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const kept = values[i]!;
      values[i++] = values[j]!;
      values[j--] = kept;
    }
    if (place <= j) to = j;
    else if (place >= i) from = i;
    else break;
  }
  return values[place]!;
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
  const kept = finiteOf(values);
  if (kept.length <= SMALL) return quantileOfSorted(insertionSorted(kept), 0.5);
  const upper = kept.length >> 1;
  const high = select(kept, upper);
  if (kept.length % 2 === 1) return high;
  let low = kept[0]!;
  for (let i = 1; i < upper; i++) if (kept[i]! > low) low = kept[i]!;
  return low + (high - low) * 0.5;
}

/** The spread around `centre` as a standard deviation that outliers don't move (1.4826 × the median distance); NaN when empty. */
export function robustSd(values: ArrayLike<number>, centre: number): number {
  const distances = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) distances[i] = Math.abs(values[i]! - centre);
  return MAD_TO_SD * median(distances);
}
