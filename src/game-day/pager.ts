import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { PageFact } from './facts.ts';

const PagerEvent = z.object({
  event_action: z.string(),
  dedup_key: z.string(),
  payload: z
    .object({
      summary: z.string(),
      custom_details: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

/** PagerDuty's Events API as far as a game day needs it: it takes every event and remembers who was called for what. */
export type GameDayPager = { url: string; pages(): Omit<PageFact, 'at'>[]; stop(): Promise<void> };

const MOST_PAGES = 200;
const LARGEST_BODY = 512 * 1024;

export async function startPager(): Promise<GameDayPager> {
  const pages: Omit<PageFact, 'at'>[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LARGEST_BODY) chunks.push(chunk);
    });
    req.on('end', () => {
      const event = readEvent(Buffer.concat(chunks).toString('utf8'));
      const page = event && pageOf(event);
      if (page && pages.length < MOST_PAGES) pages.push(page);
      res.writeHead(event ? 202 : 400, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify(
          event
            ? { status: 'success', message: 'Event processed', dedup_key: event.dedup_key }
            : { status: 'invalid event', message: 'Event object is invalid', errors: ['not an event'] },
        ),
      );
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/enqueue`,
    pages: () => [...pages],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readEvent(text: string): z.infer<typeof PagerEvent> | null {
  try {
    return PagerEvent.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** A page that holds a plan and its deadline asks for approval; any other calls a person. */
function pageOf({ event_action, payload }: z.infer<typeof PagerEvent>): Omit<PageFact, 'at'> | null {
  if (event_action !== 'trigger' || !payload) return null;
  const { incident = '', at_timeout } = payload.custom_details ?? {};
  return { incident, summary: payload.summary, kind: at_timeout === undefined ? 'call' : 'approval' };
}
