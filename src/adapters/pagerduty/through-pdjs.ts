import type { ClientRequest } from 'node:http';
import { Agent, globalAgent } from 'node:https';

/** PagerDuty's answer, whatever it was; `retryAfter` is the header, in seconds or as a date. */
export type PagerDutyAnswer = { status: number; retryAfter: string | null; body: unknown };

type Said = { status: number; headers: { get(name: string): string | null }; data: unknown };
type Options = { agent: Agent; requestTimeout: number; retryTimeout: number; signal: AbortSignal };

/**
 * pdjs neither aborts nor lets go: its timeout only sets a timer, and a 429 is sent again by itself, after 20 s, three times, and shown to nobody. The signal ends a call that takes too long, and a
 * retry that would come after it finds the signal aborted, so that one attempt is one request; that it was a 429, and how long to wait, is heard on the connection. Rejects when no answer came in time.
 */
export async function throughPdjs(
  timeoutMs: number,
  call: (options: Options) => Promise<Said>,
): Promise<PagerDutyAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const settled = Promise.withResolvers<PagerDutyAnswer>();
  signal.addEventListener('abort', () => settled.reject(new Error(`no answer within ${timeoutMs} ms`)), { once: true });
  const agent = new ListeningAgent((retryAfter) => settled.resolve({ status: 429, retryAfter, body: null }));
  const said = call({ agent, requestTimeout: 0, retryTimeout: timeoutMs + 1_000, signal });
  said.then(
    ({ status, headers, data }) =>
      settled.resolve({ status, retryAfter: waitIn((name) => headers.get(name)), body: data }),
    (error: unknown) => settled.reject(error),
  );
  return settled.promise;
}

/** The REST API says it in a header of its own. */
const waitIn = (header: (name: string) => string | null): string | null =>
  header('retry-after') ?? header('ratelimit-reset');

class ListeningAgent extends Agent {
  readonly #onLimited: (retryAfter: string | null) => void;

  constructor(onLimited: (retryAfter: string | null) => void) {
    super({ ...globalAgent.options, keepAlive: false });
    this.#onLimited = onLimited;
  }

  addRequest(req: ClientRequest, ...rest: unknown[]): void {
    req.prependOnceListener('response', ({ statusCode, headers }) => {
      if (statusCode === 429) this.#onLimited(waitIn((name) => [headers[name] ?? null].flat()[0] ?? null));
    });
    // Of every agent of Node's, and in no type.
    const { addRequest } = Agent.prototype as unknown as { addRequest(req: ClientRequest, ...rest: unknown[]): void };
    addRequest.call(this, req, ...rest);
  }
}
