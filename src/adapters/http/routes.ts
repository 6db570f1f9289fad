import type { IncomingMessage, ServerResponse } from 'node:http';

/** True when it answered. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>;

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
  return true;
}

/** What was asked for; where it is no path (`//`, another scheme), the root of nothing: `/?`. */
export function pathOf(req: IncomingMessage): URL {
  const url = `http://localhost/${(req.url ?? '').replace(/^\//, '')}`;
  return URL.canParse(url) ? new URL(url) : new URL('http://localhost/?');
}

/** Tries the handlers in order; the first that answers wins, and nothing that it throws takes the process down. */
export function dispatch(handlers: Handler[], onError: (error: unknown) => void) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    try {
      for (const handler of handlers) if (await handler(req, res)) return;
      sendJson(res, 404, { error: `there is nothing at ${pathOf(req).pathname}` });
    } catch (error) {
      onError(error);
      if (!res.headersSent) sendJson(res, 500, { error: 'an unexpected error; it is in the log' });
      else res.end();
    }
  };
}
