/** At most so many run at the same time; the others wait their turn. */
export type Turns = {
  <T>(run: () => Promise<T>): Promise<T>;
  /** How many wait. */
  waiting(): number;
};

export function createTurns(atOnce: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  const turn = async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await run();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
  return Object.assign(turn, { waiting: () => waiting.length });
}
