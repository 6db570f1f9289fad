/** Windows of a stream's past, to tell how new the present one is. `next` is where the next one goes once full. */
export type WindowBank = { length: number; every: number; most: number; windows: Float64Array[]; next: number };

const NEIGHBOURS = 5;

/** A bank of windows of `length` points, one kept every `every` points, `most` at a time. */
export function emptyBank(length: number, every: number, most: number): WindowBank {
  return { length, every, most, windows: [], next: 0 };
}

/**
 * How far the window is from the five most like it in the past (the discord measure of Keogh 2005, softened to five
 * neighbours): ln of the root mean square distance. NaN while the past is short. Windows that overlap the present one don't
 * count. Then every `every`-th window joins the bank; `index` is the point's number in the stream.
 */
export function noveltyAndLearn(bank: WindowBank, window: Float64Array, index: number): number {
  const overlapping = Math.ceil(bank.length / bank.every);
  const nearest = new Float64Array(NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
  const count = bank.windows.length;
  for (let age = overlapping; age < count; age++) {
    const past = bank.windows[(bank.next - 1 - age + 2 * count) % count]!;
    const limit = nearest[NEIGHBOURS - 1]!;
    const distance = squaredDistance(window, past, limit);
    if (distance < limit) insert(nearest, distance);
  }
  if (index % bank.every === 0) keep(bank, window.slice());
  if (!Number.isFinite(nearest[NEIGHBOURS - 1]!)) return Number.NaN;
  let sum = 0;
  for (const distance of nearest) sum += distance;
  return Math.log(Math.sqrt(sum / NEIGHBOURS) + 1e-9);
}

function keep(bank: WindowBank, window: Float64Array): void {
  bank.windows[bank.next % bank.most] = window;
  bank.next = (bank.next % bank.most) + 1;
}

/** The squared distance, or more than `limit` as soon as that is certain. */
function squaredDistance(a: Float64Array, b: Float64Array, limit: number): number {
  let sum = 0;
  for (let i = 0; i < a.length && sum <= limit; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}

function insert(nearest: Float64Array, distance: number): void {
  let place = nearest.length - 1;
  while (place > 0 && nearest[place - 1]! > distance) {
    nearest[place] = nearest[place - 1]!;
    place -= 1;
  }
  nearest[place] = distance;
}
