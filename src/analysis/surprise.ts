import {
  addValue,
  countBelow,
  countUpTo,
  emptyOrder,
  orderQuantile,
  type RunningOrder,
  removeValue,
} from './running-order.ts';

export type Side = 'up' | 'both';

/** What a statistic has been so far: its values in order of size, and in order of time to forget the oldest. */
export type Past = { order: RunningOrder; times: Float64Array; seen: number };

/** A tail is judged by its outermost fiftieth, five values at least. */
const TAIL_SHARE = 0.02;
const LEAST_TAIL = 5;
/** Below this many values nothing is surprising. */
const LEAST_PAST = 20;
/** A tail falls over at least this share of the range between the 5 % and 95 % quantiles. */
const LEAST_FALL = 0.02;

/** An empty past that holds the last `memory` values. */
export function emptyPast(memory: number): Past {
  return { order: emptyOrder(), times: new Float64Array(memory), seen: 0 };
}

/**
 * How surprising a value is against a statistic's own past, as -ln of the probability of one at least as extreme (nats): by
 * rank inside the past, by an exponential tail beyond its outermost 2 %. Between 0 and `most`. Then the value joins the past.
 * NaN is no surprise and isn't remembered.
 */
export function surpriseAndLearn(past: Past, value: number, side: Side, most: number): number {
  if (!Number.isFinite(value)) return 0;
  const above = upperTail(past.order, value);
  const surprise = side === 'up' ? above : Math.max(above, lowerTail(past.order, value)) - Math.LN2;
  learn(past, value);
  return Math.min(Math.max(surprise, 0), most);
}

function learn(past: Past, value: number): void {
  const place = past.seen % past.times.length;
  if (past.seen >= past.times.length) removeValue(past.order, past.times[place]!);
  past.times[place] = value;
  past.seen += 1;
  addValue(past.order, value);
}

function upperTail(order: RunningOrder, value: number): number {
  const { sorted, size } = order;
  if (size < LEAST_PAST) return 0;
  const tail = Math.max(LEAST_TAIL, Math.ceil(TAIL_SHARE * size));
  const edge = sorted[size - tail - 1]!;
  if (value <= edge)
    return byRank(size - countUpTo(order, value), countUpTo(order, value) - countBelow(order, value), size);
  let excess = 0;
  for (let i = size - tail; i < size; i++) excess += sorted[i]! - edge;
  return -Math.log(tail / size) + (value - edge) / fallOf(order, excess / tail, edge);
}

function lowerTail(order: RunningOrder, value: number): number {
  const { sorted, size } = order;
  if (size < LEAST_PAST) return 0;
  const tail = Math.max(LEAST_TAIL, Math.ceil(TAIL_SHARE * size));
  const edge = sorted[tail]!;
  if (value >= edge) return byRank(countBelow(order, value), countUpTo(order, value) - countBelow(order, value), size);
  let excess = 0;
  for (let i = 0; i < tail; i++) excess += edge - sorted[i]!;
  return -Math.log(tail / size) + (edge - value) / fallOf(order, excess / tail, edge);
}

function byRank(beyond: number, equal: number, size: number): number {
  return -Math.log(Math.max(beyond + equal / 2, 0.5) / size);
}

/** Over what distance the tail falls by e: its mean excess, bounded below so that a constant past can't make it zero. */
function fallOf(order: RunningOrder, meanExcess: number, edge: number): number {
  const range = orderQuantile(order, 0.95) - orderQuantile(order, 0.05);
  return Math.max(meanExcess, LEAST_FALL * range, 1e-9 * Math.abs(edge), 1e-12);
}
