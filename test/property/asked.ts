import type { Cluster as Simulated } from '../../sandbox/kube/cluster.ts';
import type { Connection } from '../../src/adapters/kubernetes/connection.ts';
import { toFailure } from '../../src/adapters/kubernetes/failures.ts';
import { ApiError, type Request } from '../../src/adapters/kubernetes/rest.ts';

/** Sends one request to an API server; throws ApiError, or what says that there was no answer. */
export type Ask = (request: Request) => Promise<unknown>;

const AGENT = 'nightshift/laws';

/** The sandbox's API server without HTTP: the answer to a request, as JSON. */
export function askingInProcess(kube: Simulated): Ask {
  return async ({ method, path, query = {}, body, contentType = 'application/json', accept = '*/*' }) => {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    const answer = kube.ask({
      ...{ method, path: `/${path}`, query: new URLSearchParams(given), accept, contentType, userAgent: AGENT },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (answer.kind === 'json' && answer.code < 300) return answer.body;
    if (answer.kind === 'text') return answer.text;
    const failure = answer.kind === 'failure' ? answer.failure : { code: 500, reason: '', message: answer.kind };
    throw new ApiError(failure.code, JSON.stringify({ ...failure, status: 'Failure' }), {});
  };
}

/** A connection that tries everything once: whether an answer comes is the history's to say. */
export function connectionBy(ask: Ask): Connection {
  const attempt: Connection['write'] = async (call) => {
    try {
      return { ok: true, value: await call() };
    } catch (error) {
      return { ok: false, failure: toFailure(error, 1_000) };
    }
  };
  return { json: ask, text: async (request) => String(await ask(request)), read: attempt, write: attempt };
}

export const silence = (): Error => new DOMException('no answer', 'TimeoutError');
