import type { IncomingMessage, ServerResponse } from 'node:http';
import { command, openHome, say } from './commands.ts';
import { click, humanOf, type Reply } from './interactions.ts';
import { MOST_FILE_BYTES } from './methods/files.ts';
import { closeView, submitView } from './modals.ts';
import type { Json } from './model.ts';
import { servePageFile } from './page-files.ts';
import { isRecord, parseJson, readBody, uploadedBytes } from './request-body.ts';
import { receiveResponse } from './responses.ts';
import { shownMessage } from './shown-message.ts';
import type { Streams } from './stream.ts';
import { shownViews } from './view-store.ts';
import { answer } from './web-api.ts';
import type { World } from './world.ts';

const MOST_BODY_BYTES = 1024 * 1024;

type Acting = (world: World, body: Json, base: string) => Reply | Promise<Reply>;

/** What the page and scripts do, by path. */
const ACTS: Readonly<Record<string, Acting>> = {
  '/sandbox/click': click,
  '/sandbox/command': command,
  '/sandbox/say': say,
  '/sandbox/home': openHome,
  '/sandbox/submit': submitView,
  '/sandbox/close': closeView,
};

/** The chat's routes below `/sandbox`; false for a path that isn't its own. */
export async function serveSandbox(
  world: World,
  streams: Streams,
  req: IncomingMessage,
  res: ServerResponse,
  base: string,
): Promise<boolean> {
  const url = new URL(req.url ?? '/', base);
  const act = ACTS[url.pathname];
  if (req.method === 'POST' && act !== undefined) {
    await runAct(world, act, req, res, base);
    return true;
  }
  const [, , area, id = ''] = url.pathname.split('/');
  if (req.method === 'POST' && area === 'response') return receive(world, id, req, res);
  if (req.method === 'POST' && area === 'upload') return upload(world, id, req, res);
  if (req.method !== 'GET' && req.method !== 'HEAD') return false;
  if (area === 'files') return serveFile(world, id, res);
  if (area === 'assets') return servePageFile(id, res);
  if (url.pathname === '/sandbox' || url.pathname === '/sandbox/') return servePageFile('index.html', res);
  const user = url.searchParams.get('user');
  if (url.pathname === '/sandbox/messages') {
    answer(res, 200, world.messages.visible(user ?? undefined).map(shownMessage));
    return true;
  }
  if (url.pathname === '/sandbox/views') {
    answer(res, 200, shownViews(world, user ?? ''));
    return true;
  }
  if (url.pathname !== '/sandbox/stream') return false;
  if (humanOf(user) === undefined) answer(res, 400, { ok: false, error: 'invalid_user', field: 'user' });
  else streams.open(req, res, user as string);
  return true;
}

async function runAct(
  world: World,
  act: Acting,
  req: IncomingMessage,
  res: ServerResponse,
  base: string,
): Promise<void> {
  if (isCrossSite(req)) return answer(res, 403, { ok: false, error: 'cross_site' });
  const bytes = await readBody(req, MOST_BODY_BYTES);
  const body = bytes === null ? undefined : parseJson(bytes.toString('utf8'));
  if (!isRecord(body)) return answer(res, 400, { ok: false, error: 'invalid_json', field: 'body' });
  const reply = await act(world, body, base);
  answer(res, reply.status, reply.body);
}

/** Another site's page in the same browser must not press buttons here: browsers say where a request came from. */
function isCrossSite(req: IncomingMessage): boolean {
  const { origin } = req.headers;
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${req.headers.host ?? ''}`;
}

async function receive(world: World, id: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const bytes = await readBody(req, MOST_BODY_BYTES);
  const text = bytes?.toString('utf8') ?? '';
  const body = parseJson(text) ?? parseJson(new URLSearchParams(text).get('payload') ?? '');
  const told = isRecord(body) ? receiveResponse(world, id, body) : { status: 400, text: 'invalid_payload' };
  res.writeHead(told.status, { 'content-type': 'text/plain' }).end(told.text);
  return true;
}

async function upload(world: World, id: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const body = await readBody(req, MOST_FILE_BYTES + 4096);
  const bytes = body === null ? null : uploadedBytes(req.headers['content-type'] ?? '', body);
  const taken = bytes !== null && world.files.receive(id, bytes);
  res
    .writeHead(taken ? 200 : 404, { 'content-type': 'text/plain' })
    .end(taken ? `OK - ${bytes.length}` : 'unknown upload');
  return true;
}

function serveFile(world: World, id: string, res: ServerResponse): boolean {
  const file = world.files.get(id);
  const bytes = world.files.bytes(id);
  if (file === undefined || bytes === undefined) return false;
  const image = file.mimetype.startsWith('image/');
  res.writeHead(200, {
    'content-type': image ? file.mimetype : 'text/plain; charset=utf-8',
    'content-disposition': image ? 'inline' : 'attachment',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'private, max-age=3600',
  });
  res.end(bytes);
  return true;
}
