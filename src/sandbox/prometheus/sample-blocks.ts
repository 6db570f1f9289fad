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

type Block = { start: number; every: number; values: Float64Array };

export function createSampleBlocks(): SampleBlocks {
  let blocks: Block[] = [];
  return {
    put(tick, value) {
      const start = Math.floor(tick / BLOCK) * BLOCK;
      let last = blocks.at(-1);
      if (!last || last.start !== start) {
        last = { start, every: 1, values: new Float64Array(BLOCK).fill(Number.NaN) };
        blocks.push(last);
      }
      last.values[tick - start] = value;
    },
    each(from, to, fn) {
      for (const block of blocks) {
        if (block.start > to || block.start + BLOCK <= from) continue;
        const { start, every, values } = block;
        const first = Math.max(0, Math.ceil((from - start) / every));
        const last = Math.min(values.length - 1, Math.floor((to - start) / every));
        for (let i = first; i <= last; i++) {
          const value = values[i]!;
          if (!Number.isNaN(value)) fn(start + i * every, value);
        }
      }
    },
    age(thinBefore, dropBefore, keepEvery) {
      if (blocks.length > 0 && blocks[0]!.start + BLOCK <= dropBefore)
        blocks = blocks.filter((b) => b.start + BLOCK > dropBefore);
      for (const block of blocks) {
        if (block.start + BLOCK > thinBefore) break;
        if (block.every === 1) thin(block, keepEvery);
      }
    },
    empty: () => blocks.length === 0,
  };
}

function thin(block: Block, keepEvery: number): void {
  block.values = block.values.filter((_, i) => i % keepEvery === 0);
  block.every = keepEvery;
}
