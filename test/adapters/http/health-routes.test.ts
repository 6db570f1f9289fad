import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, it } from 'vitest';
import { type HealthPart, healthRoutes } from '../../../src/adapters/http/health-routes.ts';

let close: (() => void) | null = null;
afterEach(() => close?.());

async function serving(parts: HealthPart[]) {
  const handler = healthRoutes({ parts, registry: new Registry(), started: () => true });
  const server = createServer((req, res) => void handler(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  return async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    return { status: answer.status, body: (await answer.json()) as object };
  };
}

const away = (name: string, needed?: true): HealthPart => ({
  name,
  ...(needed ? { needed } : {}),
  ping: () => Promise.reject(new Error('no answer')),
});

it('is ready while it can take alerts, whatever else is away, and tells of each part when asked', async () => {
  const ask = await serving([{ name: 'redis', needed: true, ping: async () => {} }, away('cluster')]);
  expect(await ask('/readyz')).toEqual({ status: 200, body: { ready: true } });
  expect(await ask('/healthz')).toEqual({ status: 200, body: { ok: true } });
  expect((await ask('/healthz?verbose')).body).toEqual({
    ok: true,
    parts: [
      { name: 'redis', ok: true, message: '' },
      { name: 'cluster', ok: false, message: 'no answer' },
    ],
  });
});

it('is not ready without what it needs, and says what that is', async () => {
  const ask = await serving([away('redis', true)]);
  expect(await ask('/readyz')).toEqual({ status: 503, body: { ready: false, away: ['redis: no answer'] } });
});

it('asks its parts once for all who ask within a moment', async () => {
  let asked = 0;
  const ask = await serving([
    {
      name: 'redis',
      needed: true,
      ping: async () => {
        asked += 1;
      },
    },
  ]);
  await Promise.all(Array.from({ length: 20 }, () => ask('/readyz')));
  expect(asked).toBe(1);
});
