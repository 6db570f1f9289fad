/** Work by lanes: in one lane each piece waits for the one before it; few lanes at once, and no more waits than `most`. */
export type Lanes = {
  /** False: too much waits, and this is not taken. `run` must not reject. */
  take(lane: string, run: () => Promise<void>): boolean;
  waiting(): number;
};

export function createLanes({ atOnce, most }: { atOnce: number; most: number }): Lanes {
  /** What waits in each lane, the lane that has waited longest first; a lane that is at work is in `busy` and keeps its place. */
  const lanes = new Map<string, (() => Promise<void>)[]>();
  const busy = new Set<string>();
  let waiting = 0;

  const next = () => {
    for (const [lane, queue] of lanes) {
      if (busy.size >= atOnce) return;
      if (busy.has(lane)) continue;
      const run = queue.shift();
      // The lane goes behind the others, so that a full one doesn't keep them waiting.
      lanes.delete(lane);
      if (!run) continue;
      waiting -= 1;
      if (queue.length > 0) lanes.set(lane, queue);
      busy.add(lane);
      void run().finally(() => {
        busy.delete(lane);
        next();
      });
    }
  };

  return {
    take(lane, run) {
      if (waiting >= most) return false;
      const queue = lanes.get(lane) ?? [];
      queue.push(run);
      lanes.set(lane, queue);
      waiting += 1;
      next();
      return true;
    },
    waiting: () => waiting,
  };
}
