import type { IncomingMessage, ServerResponse } from 'node:http';
import { fail } from './compose.ts';
import { CHAT_METHODS } from './methods/chat.ts';
import { CONVERSATION_METHODS } from './methods/conversations.ts';
import { FILE_METHODS, MOST_FILE_BYTES } from './methods/files.ts';
import type { Method } from './methods/method.ts';
import { VIEW_METHODS } from './methods/views.ts';
import type { Json } from './model.ts';
import type { RateLimits } from './rate-limit.ts';
import { parseArguments, readBody } from './request-body.ts';
import type { World } from './world.ts';

const METHODS: Readonly<Record<string, Method>> = {
  ...CHAT_METHODS,
  ...CONVERSATION_METHODS,
  ...FILE_METHODS,
  ...VIEW_METHODS,
};

/** Slack's Web API: `/api/<method>` or `/slack-api/<method>`. Always 200 with `ok`, but 429 with Retry-After when called too often. */
export async function serveWebApi(
  world: World,
  name: string,
  req: IncomingMessage,
  res: ServerResponse,
  base: string,
): Promise<void> {
  const body = await readBody(req, MOST_FILE_BYTES);
  const query = new URL(req.url ?? '/', 'http://sandbox').searchParams;
  const args = body === null ? null : parseArguments(req.headers['content-type'] ?? '', body, query);
  if (args === null) return answer(res, 200, fail(body === null ? 'request_too_large' : 'invalid_json'));
  const refused = checkToken(world, req, args);
  if (refused !== null) return answer(res, 200, fail(refused));
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (method === undefined) return answer(res, 200, { ...fail('unknown_method'), req_method: name });
  const waitSeconds = world.limiter.take(bucketOf(name));
  if (waitSeconds > 0) {
    res.setHeader('retry-after', String(waitSeconds));
    return answer(res, 429, fail('ratelimited'));
  }
  answer(res, 200, method(world, args, base));
}

function bucketOf(name: string): keyof RateLimits {
  if (name === 'chat.postMessage' || name === 'chat.postEphemeral') return 'post';
  return name === 'chat.update' ? 'update' : 'other';
}

function checkToken(world: World, req: IncomingMessage, args: Json): 'not_authed' | 'invalid_auth' | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const token = bearer ?? args.token;
  if (token === undefined || token === '') return 'not_authed';
  return token === world.botToken ? null : 'invalid_auth';
}

/** Ends the response with JSON. */
export function answer(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  res.end(JSON.stringify(body));
}
