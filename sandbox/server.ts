import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJson } from './json-http.ts';
import { isFromLoopback } from './loopback.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>;

export type SandboxServer = { url: string; close(): Promise<void> };

/** Listens on 127.0.0.1 only and offers each request to the handlers in turn. `changed` is told after each request that isn't a read. */
export async function listen(port: number, handlers: readonly Handler[], changed: () => void): Promise<SandboxServer> {
  const server = createServer((req, res) => {
    if (req.method !== 'GET') res.once('finish', changed);
    serve(handlers, req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else answerJson(res, 500, { ok: false, error: error instanceof Error ? error.message : 'internal error' });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${taken}`, close: () => close(server) };
}

async function serve(handlers: readonly Handler[], req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!isFromLoopback(req)) return refuseStranger(res);
  for (const handler of handlers) if (await handler(req, res)) return;
  answerJson(res, 404, { ok: false, error: `the sandbox serves nothing at ${(req.url ?? '').split('?')[0]}` });
}

export function refuseStranger(res: ServerResponse): void {
  answerJson(res, 403, { ok: false, error: 'the sandbox answers this machine only' });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
