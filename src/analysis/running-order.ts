/** A multiset of numbers kept in ascending order; the first `size` entries of `sorted` are in use. */
export type RunningOrder = { sorted: Float64Array; size: number };

export function emptyOrder(): RunningOrder {
  return { sorted: new Float64Array(64), size: 0 };
}

/** Adds a finite value in place; O(size) by one block move, which is fast up to some ten thousand. */
export function addValue(order: RunningOrder, value: number): void {
  if (order.size === order.sorted.length) {
    const larger = new Float64Array(order.size * 2);
    larger.set(order.sorted);
    order.sorted = larger;
  }
  const place = countBelow(order, value);
  order.sorted.copyWithin(place + 1, place, order.size);
  order.sorted[place] = value;
  order.size += 1;
}

/** Takes one copy of a value out; it must be there. */
export function removeValue(order: RunningOrder, value: number): void {
  const place = countBelow(order, value);
  order.sorted.copyWithin(place, place + 1, order.size);
  order.size -= 1;
}

/** How many entries are less than `value`. */
export function countBelow(order: RunningOrder, value: number): number {
  let low = 0;
  let high = order.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many entries are not greater than `value`. */
export function countUpTo(order: RunningOrder, value: number): number {
  let low = 0;
  let high = order.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order.sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The `q` quantile (0 to 1), linear between neighbours; NaN when empty. */
export function orderQuantile(order: RunningOrder, q: number): number {
  if (order.size === 0) return Number.NaN;
  const position = q * (order.size - 1);
  const below = Math.floor(position);
  const low = order.sorted[below]!;
  return low + (order.sorted[Math.min(below + 1, order.size - 1)]! - low) * (position - below);
}
