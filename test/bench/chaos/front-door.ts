import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One address before several replicas, as a Service is: the next one that takes the connection has the request. Bodies are a few KB. */
export type FrontDoor = { url: string; close(): void };

export async function openFrontDoor(replicas: () => string[]): Promise<FrontDoor> {
  let turn = 0;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      turn += 1;
      const urls = replicas();
      pass(
        urls.map((_url, index) => urls[(turn + index) % urls.length]!),
        req,
        Buffer.concat(chunks),
        res,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A connection that is refused goes to the next; one that breaks later is broken for the caller too, who can't know what became of it. */
function pass([url, ...others]: string[], req: IncomingMessage, body: Buffer, res: ServerResponse): void {
  if (url === undefined) return void res.writeHead(503).end();
  const target = new URL(req.url ?? '/', url);
  const out = request(target, { method: req.method, headers: { ...req.headers, host: target.host } }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') pass(others, req, body, res);
    else res.destroy();
  });
  out.end(body);
}
