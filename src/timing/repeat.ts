/**
 * Runs again and again, one run at a time, with `delayMs` of real time between the end of one and the next; the first at once, or after `firstMs`. A run that fails is given to `onError`, and the next one tries
 * again. Answers what stops it, which resolves when the run that is under way is over.
 */
export function repeat(
  run: () => Promise<unknown>,
  { delayMs, firstMs = 0, onError }: { delayMs(): number; firstMs?: number; onError(error: unknown): void },
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  const turn = async () => {
    try {
      await run();
    } catch (error) {
      onError(error);
    }
    if (!stopped) wait(delayMs());
  };
  const go = () => {
    underWay = turn();
  };
  const wait = (ms: number) => {
    // Nobody is kept from ending by what is only done again.
    timer = setTimeout(go, ms).unref();
  };
  if (firstMs > 0) wait(firstMs);
  else go();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await underWay;
  };
}
