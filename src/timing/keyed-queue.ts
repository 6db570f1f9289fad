/** Work in the background: once at a time for each key, few at once in all, what is most urgent first. */
export type KeyedQueue<T> = {
  /**
   * Who asks for what waits or runs already joins it, and makes what waits as urgent (the lower `rank` and its `run` count). `ended`
   * settles as the work does, `since` is when it was first asked for, by `performance.now()`.
   */
  join(key: string, run: () => Promise<T>, rank?: number): Pick<Work<T>, 'ended' | 'since'>;
  has(key: string): boolean;
  waiting(): number;
  running(): string[];
  /** Nothing more is begun; what waits ends with `left`. What runs is not waited for. */
  stop(left: T): void;
};

type Work<T> = {
  run(): Promise<T>;
  rank: number;
  order: number;
  since: number;
  ended: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
};

export function createKeyedQueue<T>(atOnce: number): KeyedQueue<T> {
  const waiting = new Map<string, Work<T>>();
  const running = new Map<string, Work<T>>();
  let order = 0;
  let stopped = false;

  const next = () => {
    while (!stopped && running.size < atOnce && waiting.size > 0) {
      const [key, work] = [...waiting].reduce((best, one) => (isBefore(one[1], best[1]) ? one : best));
      waiting.delete(key);
      running.set(key, work);
      void go(key, work);
    }
  };
  const go = async (key: string, work: Work<T>) => {
    try {
      const value = await work.run();
      running.delete(key);
      work.resolve(value);
    } catch (error) {
      running.delete(key);
      work.reject(error);
    }
    next();
  };

  return {
    join(key, run, rank = 0) {
      const known = running.get(key) ?? waiting.get(key);
      if (known) {
        if (rank < known.rank) Object.assign(known, { rank, run });
        return known;
      }
      const { promise: ended, resolve, reject } = Promise.withResolvers<T>();
      const work = { run, rank, order: order++, since: performance.now(), ended, resolve, reject };
      waiting.set(key, work);
      next();
      return work;
    },
    has: (key) => running.has(key) || waiting.has(key),
    waiting: () => waiting.size,
    running: () => [...running.keys()],
    stop(left) {
      stopped = true;
      for (const { resolve } of waiting.values()) resolve(left);
      waiting.clear();
    },
  };
}

const isBefore = (a: Work<unknown>, b: Work<unknown>): boolean =>
  a.rank < b.rank || (a.rank === b.rank && a.order < b.order);
