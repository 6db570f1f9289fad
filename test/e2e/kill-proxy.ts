import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens when a request matches the point: the callback runs, and the request goes no further (`before`) or is carried out but never answered (`after`). */
export type KillPoint = {
  when: 'before' | 'after';
  matches(req: { method: string; path: string; body: string }): boolean;
};

export type KillProxy = { url: string; arm(point: KillPoint, reached: () => void): void; close(): void };

/** A proxy in front of the sandbox: everything passes, until an armed point is reached. So a test can kill the app in the middle of exactly one request. */
export async function startKillProxy(target: string): Promise<KillProxy> {
  let armed: { point: KillPoint; reached: () => void } | null = null;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      const hit = armed?.point.matches({ method: req.method ?? '', path: req.url ?? '', body: body.toString('utf8') })
        ? armed
        : null;
      if (hit) armed = null;
      if (hit?.point.when === 'before') return hit.reached();
      forward(target, req, body, hit ? null : res, () => hit?.reached());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm: (point, reached) => {
      armed = { point, reached };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(
  target: string,
  req: IncomingMessage,
  body: Buffer,
  res: ServerResponse | null,
  done: () => void,
): void {
  const out = request(
    new URL(req.url ?? '/', target),
    { method: req.method, headers: { ...req.headers, host: new URL(target).host } },
    (answer) => {
      if (res) {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      } else answer.resume();
      answer.on('end', done);
    },
  );
  out.on('error', () => res?.destroy());
  res?.on('close', () => out.destroy());
  out.end(body);
}
