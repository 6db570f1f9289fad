import type { IncomingMessage, ServerResponse } from 'node:http';
import { PEOPLE } from './model.ts';
import { shownMessage } from './shown-message.ts';
import { shownViews } from './view-store.ts';
import type { World } from './world.ts';

/** How often the shop's state is sent, and its (longer) history, in real ms. */
const STATE_EVERY_MS = 1000;
const HISTORY_EVERY_BEATS = 5;
const MOST_CLIENTS = 50;

export type Streams = { open(req: IncomingMessage, res: ServerResponse, user: string): void; close(): void };

type Client = { res: ServerResponse; user: string; sentState: string };

/** Server-sent events for the page: `hello`, then `message`, `removed`, `views`, `home`, `state` and `history` as they change. Every connection begins with everything, so a reconnect needs no bookkeeping. */
export function createStreams(world: World): Streams {
  const clients = new Set<Client>();
  let timer: NodeJS.Timeout | null = null;
  let beats = 0;

  const beat = (): void => {
    beats += 1;
    const { history, ...state } = world.state();
    const text = JSON.stringify(state);
    for (const client of clients) {
      if (client.sentState !== text) send(client, 'state', text);
      client.sentState = text;
      if (beats % HISTORY_EVERY_BEATS === 1) send(client, 'history', JSON.stringify(history));
    }
  };
  world.messages.onChange((change) => {
    const only = change.kind === 'message' ? change.message.ephemeralFor : change.ephemeralFor;
    const body = JSON.stringify(change.kind === 'message' ? shownMessage(change.message) : { ts: change.ts });
    for (const client of clients) if (only === null || only === client.user) send(client, change.kind, body);
  });
  world.views.onChange((user) => {
    for (const client of clients) if (client.user === user) sendViews(world, client);
  });

  return {
    open(req, res, user) {
      if (clients.size >= MOST_CLIENTS) {
        res.writeHead(503, { 'retry-after': '5' }).end();
        return;
      }
      res.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const client: Client = { res, user, sentState: '' };
      clients.add(client);
      greet(world, client);
      timer ??= setInterval(beat, STATE_EVERY_MS).unref();
      req.on('close', () => {
        clients.delete(client);
        if (clients.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      });
    },
    close() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      for (const client of clients) client.res.end();
      clients.clear();
    },
  };
}

function greet(world: World, client: Client): void {
  client.res.write('retry: 1000\n\n');
  const people = PEOPLE.map(({ id, name, realName, title, isBot }) => ({ id, name, realName, title, isBot }));
  const messages = world.messages.visible(client.user).map(shownMessage);
  send(client, 'hello', JSON.stringify({ channel: world.channel, people, user: client.user, messages }));
  sendViews(world, client);
  const { history, ...state } = world.state();
  client.sentState = JSON.stringify(state);
  send(client, 'state', client.sentState);
  send(client, 'history', JSON.stringify(history));
}

function sendViews(world: World, client: Client): void {
  send(client, 'views', JSON.stringify(shownViews(world, client.user)));
}

/** JSON text has no raw line breaks, so one data line suffices. A client that doesn't read is dropped rather than buffered for. */
function send(client: Client, event: string, data: string): void {
  if (client.res.writableLength > 8 * 1024 * 1024) client.res.destroy();
  else client.res.write(`event: ${event}\ndata: ${data}\n\n`);
}
