import { StoreUnavailable } from '../../ports/store.ts';

/** Answers by which Redis says that it can't serve now, as against answers that say the command was wrong. */
const AWAY =
  /^(LOADING|OOM|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/;

/** Awaits a call to Redis and turns every way of its being away (no connection, no answer in time, loading, full) into StoreUnavailable. A wrong command stays what it is: a bug. */
export async function whenAvailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError' && !AWAY.test(error.message)) throw error;
    throw new StoreUnavailable(`Redis is away: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
