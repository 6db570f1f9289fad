import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import { isTransient, toFailure } from './failures.ts';
import { type Request, type Server, send } from './rest.ts';

export type ConnectionOptions = {
  /** How people call the cluster. */
  name: string;
  server: Server;
  /** For each call, answer included. */
  timeoutMs: number;
  userAgent: string;
};

/** Objects come as the JSON that the server sent: typed clients drop fields that are newer than they are, and a rollback must not lose any. */
export type Connection = {
  /** One call, its answer parsed as JSON. Throws; `read` and `write` make a result of that. */
  json(request: Request): Promise<unknown>;
  /** One call, its answer as it came. */
  text(request: Request): Promise<string>;
  /** Tries again, twice, when the failure may pass. */
  read<T>(call: () => Promise<T>): Promise<ClusterResult<T>>;
  /** Tries once: a change whose answer got lost may have happened. */
  write<T>(call: () => Promise<T>): Promise<ClusterResult<T>>;
};

/** Who owns the fields that are written from here. */
export const FIELD_MANAGER = 'nightshift';

/** Of every write: in our name, and unknown fields are refused (what a version doesn't know must not be lost in silence). */
export const writing = (dryRun: boolean) => ({
  fieldManager: FIELD_MANAGER,
  fieldValidation: 'Strict',
  dryRun: dryRun ? 'All' : undefined,
});

/** Opens nothing yet. */
export function openConnection({ server, timeoutMs, userAgent }: ConnectionOptions): Connection {
  const policy = retry(handleWhen(isTransient), {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1_000 }),
  });
  const text = (request: Request) => send(server, request, { timeoutMs, userAgent });
  return {
    text,
    json: async (request) => JSON.parse(await text(request)),
    read: (call) => attempt(() => policy.execute(() => call()), timeoutMs),
    write: (call) => attempt(call, timeoutMs),
  };
}

async function attempt<T>(call: () => Promise<T>, timeoutMs: number): Promise<ClusterResult<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, failure: toFailure(error, timeoutMs) };
  }
}
