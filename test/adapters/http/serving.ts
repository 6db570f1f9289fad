import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dispatch, type Handler } from '../../../src/adapters/http/routes.ts';

/** The handlers behind a server of their own, and what went wrong in them. */
export async function served(...handlers: Handler[]) {
  const errors: unknown[] = [];
  const handle = dispatch(handlers, (error) => errors.push(error));
  const server = createServer((req: IncomingMessage, res: ServerResponse) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, url: `http://127.0.0.1:${port}`, errors, close };
}
