import { emptyBank, noveltyAndLearn, type WindowBank } from './nearest-windows.ts';
import { median } from './order-statistics.ts';
import { emptySeason, type StreamSeason, seasonResidual } from './stream-season.ts';
import type { Side } from './surprise.ts';

/** The last points of a stream in a ring, and what its statistics need to remember besides. */
export type StreamMemory = {
  seen: number;
  values: Float64Array;
  residuals: Float64Array;
  season: StreamSeason;
  raw: WindowBank;
  centred: WindowBank;
};

const RING = 256;
const WINDOW = 24;
const WINDOW_EVERY = 4;
const MOST_WINDOWS = 2_500;

/** What is looked at in a stream, and whether only its high side is odd. In the order of `statisticsOf`. */
export const STATISTICS: readonly { name: string; side: Side }[] = [
  { name: 'value', side: 'both' },
  { name: 'change from the last 11', side: 'both' },
  { name: 'mean of 6', side: 'both' },
  { name: 'mean of 24', side: 'both' },
  { name: 'mean of 96', side: 'both' },
  { name: 'shift over 24', side: 'both' },
  { name: 'shift over 72', side: 'both' },
  { name: 'spread of 12', side: 'up' },
  { name: 'spread of 48', side: 'up' },
  { name: 'spread of 48, either way', side: 'both' },
  { name: 'against the time of day', side: 'both' },
  { name: 'against the time of day, mean of 12', side: 'both' },
  { name: 'against the time of day, mean of 48', side: 'both' },
  { name: 'against the time of day, mean of 96', side: 'both' },
  { name: 'novelty of the window', side: 'up' },
  { name: 'novelty of its shape', side: 'up' },
];

export function emptyMemory(): StreamMemory {
  return {
    seen: 0,
    values: new Float64Array(RING),
    residuals: new Float64Array(RING),
    season: emptySeason(),
    raw: emptyBank(WINDOW, WINDOW_EVERY, MOST_WINDOWS),
    centred: emptyBank(WINDOW, WINDOW_EVERY, MOST_WINDOWS),
  };
}

/** Takes the next point in (`at` in epoch ms) and returns each of `STATISTICS`; NaN where the past is too short. */
export function statisticsOf(memory: StreamMemory, at: number, value: number): number[] {
  const index = memory.seen++;
  memory.values[index % RING] = value;
  const residual = seasonResidual(memory.season, at, value);
  memory.residuals[index % RING] = residual;
  const mean = (length: number, ago = 0) => meanOf(memory.values, index - ago, length, index + 1);
  const residualMean = (length: number) => meanOfKnown(memory.residuals, index, length, index + 1);
  const spread48 = logSpread(memory.values, index, 48);
  const window = lastWindow(memory.values, index);
  const centre = mean(WINDOW);
  return [
    value,
    index === 0 ? Number.NaN : value - medianBefore(memory.values, index, 11),
    mean(6),
    mean(24),
    mean(96),
    mean(24) - mean(24, 24),
    mean(72) - mean(72, 72),
    logSpread(memory.values, index, 12),
    spread48,
    spread48,
    residual,
    residualMean(12),
    residualMean(48),
    residualMean(96),
    window === null ? Number.NaN : noveltyAndLearn(memory.raw, window, index),
    window === null
      ? Number.NaN
      : noveltyAndLearn(
          memory.centred,
          window.map((point) => point - centre),
          index,
        ),
  ];
}

function meanOf(ring: Float64Array, last: number, length: number, seen: number): number {
  if (last - length + 1 < 0 || seen < length) return Number.NaN;
  let sum = 0;
  for (let i = last - length + 1; i <= last; i++) sum += ring[i % RING]!;
  return sum / length;
}

/** The mean of what is known among the last `length`; NaN unless it is more than half. */
function meanOfKnown(ring: Float64Array, last: number, length: number, seen: number): number {
  let sum = 0;
  let known = 0;
  for (let i = Math.max(0, last - length + 1); i <= last && i < seen; i++) {
    const value = ring[i % RING]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  return known > length / 2 ? sum / known : Number.NaN;
}

function medianBefore(ring: Float64Array, index: number, length: number): number {
  if (index < length) return Number.NaN;
  return median(Float64Array.from({ length }, (_, k) => ring[(index - 1 - k) % RING]!));
}

function logSpread(ring: Float64Array, index: number, length: number): number {
  const mean = meanOf(ring, index, length, index + 1);
  let sum = 0;
  for (let i = Math.max(0, index - length + 1); i <= index; i++) sum += (ring[i % RING]! - mean) ** 2;
  return Math.log(Math.sqrt(sum / length) + 1e-9);
}

function lastWindow(ring: Float64Array, index: number): Float64Array | null {
  if (index < WINDOW - 1) return null;
  return Float64Array.from({ length: WINDOW }, (_, k) => ring[(index - WINDOW + 1 + k) % RING]!);
}
