import { event as pdjsEvent } from '@pagerduty/pdjs';
import { createHttpClient } from '../outgoing/http-client.ts';
import type { PagerDutyEvent } from './event.ts';

/** PagerDuty's answer, whatever it was; `retryAfter` is the header, in seconds or as a date. */
export type EventAnswer = { status: number; retryAfter: string | null; body: unknown };

/** Rejects when no answer came in time. */
export type SendEvent = (event: PagerDutyEvent) => Promise<EventAnswer>;

const PATH = '/v2/enqueue';

/** Chooses the way that can reach `eventsUrl`: PagerDuty's own client for https, which is all it speaks, else our own. */
export function eventSender(eventsUrl: string, timeoutMs: number): SendEvent {
  const url = new URL(eventsUrl);
  return url.protocol === 'https:' && url.pathname.endsWith(PATH)
    ? throughPdjs(url.host + url.pathname.slice(0, -PATH.length), timeoutMs)
    : throughHttp(eventsUrl, timeoutMs);
}

/**
 * pdjs neither aborts nor lets go: its timeout only sets a timer, and a 429 is sent again by itself, after 20 s, three times. The signal ends a call that takes too long, and a
 * retry that would come after it finds the signal aborted, so that one attempt is one request. What it says of a 429 is therefore that no answer came in time.
 */
function throughPdjs(server: string, timeoutMs: number): SendEvent {
  return async (event) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const timedOut = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), { once: true });
    });
    const options = { data: event, server, requestTimeout: 0, retryTimeout: timeoutMs + 1_000, signal };
    const sent = pdjsEvent(options as unknown as Parameters<typeof pdjsEvent>[0]);
    const answer = await Promise.race([sent, timedOut]);
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: answer.data };
  };
}

function throughHttp(url: string, timeoutMs: number): SendEvent {
  const http = createHttpClient({ url, timeoutMs, maxBodyBytes: 64 * 1024 });
  return async (event) => {
    const answer = await http.post('', event, {
      signal: AbortSignal.timeout(timeoutMs),
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      responseType: 'json',
    });
    const header: unknown = answer.headers['retry-after'];
    return { status: answer.status, retryAfter: typeof header === 'string' ? header : null, body: answer.data };
  };
}
