import { event as pdjsEvent } from '@pagerduty/pdjs';
import type { PagerDutyEvent } from './event.ts';
import { throughHttp } from './through-http.ts';
import { type PagerDutyAnswer, throughPdjs } from './through-pdjs.ts';

/** Rejects when no answer came in time. */
export type SendEvent = (event: PagerDutyEvent) => Promise<PagerDutyAnswer>;

const PATH = '/v2/enqueue';

/** Chooses the way that can reach `eventsUrl`: PagerDuty's own client for https, which is all it speaks, else our own. */
export function eventSender(eventsUrl: string, timeoutMs: number): SendEvent {
  const url = new URL(eventsUrl);
  if (url.protocol === 'https:' && url.pathname.endsWith(PATH)) {
    const server = url.host + url.pathname.slice(0, -PATH.length);
    return (event) =>
      throughPdjs(timeoutMs, (options) =>
        pdjsEvent({ data: event, server, ...options } as unknown as Parameters<typeof pdjsEvent>[0]),
      );
  }
  const send = throughHttp({ url: eventsUrl, timeoutMs, maxBodyBytes: 64 * 1024 });
  return (event) => send({ method: 'POST', path: '', body: event });
}
