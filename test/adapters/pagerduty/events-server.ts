import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CERTIFICATE, KEY } from './loopback-certificate.ts';

export type Received = { path: string; body: Record<string, unknown>; problems: string[] };
export type EventsServer = {
  url: string;
  received: Received[];
  /** Answers the next request so instead of by PagerDuty's rules. */
  next: ((res: ServerResponse) => void) | null;
  close(): Promise<void>;
};

/** An Events API v2 that holds to what PagerDuty publishes: 202, or 400 with what is wrong. */
export async function openEventsServer(protocol: 'http' | 'https', path = '/v2/enqueue'): Promise<EventsServer> {
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    let text = '';
    req.on('data', (part) => {
      text += part;
    });
    req.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      const problems =
        req.url === path && req.method === 'POST'
          ? brokenRules(body, text, String(req.headers['content-type']))
          : [`${req.method} ${req.url}`];
      server.received.push({ path: req.url ?? '', body, problems });
      const { next } = server;
      server.next = null;
      if (next) return next(res);
      const told =
        problems.length === 0
          ? { status: 'success', message: 'Event processed', dedup_key: body.dedup_key }
          : { status: 'invalid event', message: 'Event object is invalid', errors: problems };
      res
        .writeHead(problems.length === 0 ? 202 : 400, { 'content-type': 'application/json' })
        .end(JSON.stringify(told));
    });
  };
  const http = protocol === 'http' ? createServer(answer) : createTlsServer({ key: KEY, cert: CERTIFICATE }, answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const server: EventsServer = {
    url: `${protocol}://127.0.0.1:${(http.address() as AddressInfo).port}${path}`,
    received: [],
    next: null,
    close() {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return server;
}

function brokenRules(body: Record<string, unknown>, text: string, contentType: string): string[] {
  const wrong: string[] = [];
  const payload = (body.payload ?? {}) as Record<string, unknown>;
  const short = (value: unknown, most: number) => typeof value === 'string' && value.length > 0 && value.length <= most;
  if (!contentType.startsWith('application/json')) wrong.push('content-type');
  if (text.length > 512 * 1024) wrong.push('over 512 KB');
  if (!short(body.routing_key, 32) || String(body.routing_key).length !== 32) wrong.push('routing_key');
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(body.event_action))) wrong.push('event_action');
  if (!short(body.dedup_key, 255)) wrong.push('dedup_key');
  if (body.event_action !== 'trigger') return wrong;
  if (!short(payload.summary, 1_024)) wrong.push('payload.summary');
  if (!short(payload.source, 10_000)) wrong.push('payload.source');
  if (!['critical', 'error', 'warning', 'info'].includes(String(payload.severity))) wrong.push('payload.severity');
  for (const link of (body.links ?? []) as { href?: string }[])
    if (!URL.canParse(link.href ?? '')) wrong.push('links.href');
  return wrong;
}
