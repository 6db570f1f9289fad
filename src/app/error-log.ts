import type { Logger } from 'pino';

const QUIET_MS = 30_000;

const MOST_KINDS = 200;

/** Logs what adapters report: the same error at most every half minute, with how often it was left out meanwhile. A Redis that is away is reported by each connection with each try. */
export function errorLog(log: Pick<Logger, 'error'>, now: () => number = () => performance.now()) {
  const kinds = new Map<string, { at: number; leftOut: number }>();
  return (error: unknown): void => {
    const kind = (error instanceof Error ? error.message : String(error)).slice(0, 200).replace(/\d+/g, '0');
    const known = kinds.get(kind);
    if (known && now() - known.at < QUIET_MS) {
      known.leftOut += 1;
      return;
    }
    if (!known && kinds.size >= MOST_KINDS) kinds.clear();
    kinds.set(kind, { at: now(), leftOut: 0 });
    log.error({ err: error, ...(known?.leftOut ? { leftOut: known.leftOut } : {}) }, 'an adapter reported an error');
  };
}
