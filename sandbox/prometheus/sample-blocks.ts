/** Values on a fixed grid of ticks, in blocks: the newest in full, older ones thinned, the oldest dropped. NaN is "no sample". */
export type SampleBlocks = {
  put(tick: number, value: number): void;
  /** Calls `fn` for every sample with `from <= tick <= to`, in order. */
  each(from: number, to: number, fn: (tick: number, value: number) => void): void;
  /** Thins blocks that end before `thinBefore` to every `keepEvery`th tick, and drops those that end before `dropBefore`. */
  age(thinBefore: number, dropBefore: number, keepEvery: number): void;
  empty(): boolean;
};

const BLOCK = 240;
/** Thinned blocks are joined up to so many ticks, which is a day: an array costs as much again as an hour's values. */
const MOST_TICKS = 24 * BLOCK;

/** The values at every `every`th of its ticks; one number where they are all the same, as those of most series are. */
type Block = { start: number; ticks: number; every: number; values: Float64Array | number };

export function createSampleBlocks(): SampleBlocks {
  let blocks: Block[] = [];
  let newest: Float64Array | undefined;
  return {
    put(tick, value) {
      const start = Math.floor(tick / BLOCK) * BLOCK;
      const last = blocks.at(-1);
      if (!newest || last?.start !== start) {
        if (newest && last?.values === newest && isConstant(newest)) last.values = newest[0]!;
        newest = new Float64Array(BLOCK).fill(Number.NaN);
        blocks.push({ start, ticks: BLOCK, every: 1, values: newest });
      }
      newest[tick - start] = value;
    },
    each(from, to, fn) {
      for (const { start, ticks, every, values } of blocks) {
        if (start > to || start + ticks <= from) continue;
        const first = Math.max(0, Math.ceil((from - start) / every));
        const last = Math.min(ticks / every - 1, Math.floor((to - start) / every));
        for (let i = first; i <= last; i++) {
          const value = typeof values === 'number' ? values : values[i]!;
          if (!Number.isNaN(value)) fn(start + i * every, value);
        }
      }
    },
    age(thinBefore, dropBefore, keepEvery) {
      if (blocks.length > 0 && isBefore(blocks[0]!, dropBefore))
        blocks = blocks.filter((b) => !isBefore(b, dropBefore));
      for (let i = 0; i < blocks.length; i++) {
        const block = blocks[i]!;
        if (!isBefore(block, thinBefore)) return;
        if (block.every !== 1) continue;
        thin(block, keepEvery);
        if (i > 0 && isJoined(blocks[i - 1]!, block)) blocks.splice(i--, 1);
      }
    },
    empty: () => blocks.length === 0,
  };
}

const isBefore = ({ start, ticks }: Block, tick: number): boolean => start + ticks <= tick;

const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);

function thin(block: Block, keepEvery: number): void {
  if (typeof block.values !== 'number') block.values = block.values.filter((_, i) => i % keepEvery === 0);
  block.every = keepEvery;
}

/** Takes `next` into `block` where it goes on from it in the same way. */
function isJoined(block: Block, next: Block): boolean {
  if (block.start + block.ticks !== next.start || block.every !== next.every) return false;
  if (typeof block.values === 'number' || typeof next.values === 'number') {
    if (block.values !== next.values) return false;
  } else {
    if (block.ticks >= MOST_TICKS) return false;
    block.values = Float64Array.of(...block.values, ...next.values);
  }
  block.ticks += next.ticks;
  return true;
}
