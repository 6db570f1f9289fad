import { createHttpClient } from '../outgoing/http-client.ts';
import type { PagerDutyAnswer } from './through-pdjs.ts';

type Request = { method: 'GET' | 'POST'; path: string; body?: unknown; headers?: Record<string, string> };

/** For what isn't https, which is all that PagerDuty's own client speaks. Rejects when no answer came in time. */
export function throughHttp(settings: {
  url: string;
  timeoutMs: number;
  maxBodyBytes: number;
}): (request: Request) => Promise<PagerDutyAnswer> {
  const http = createHttpClient(settings);
  return async ({ method, path, body, headers = {} }) => {
    const answer = await http.request({
      method,
      url: path,
      ...(body === undefined ? {} : { data: body }),
      headers,
      signal: AbortSignal.timeout(settings.timeoutMs),
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      responseType: 'json',
    });
    const header: unknown = answer.headers['retry-after'] ?? answer.headers['ratelimit-reset'];
    return { status: answer.status, retryAfter: typeof header === 'string' ? header : null, body: answer.data };
  };
}
