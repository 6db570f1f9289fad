import { request } from 'node:http';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { apiRoutes } from '../../../src/adapters/http/api-routes.ts';
import { healthRoutes } from '../../../src/adapters/http/health-routes.ts';
import { ownPagesOnly } from '../../../src/adapters/http/own-pages.ts';
import { type Handler, pathOf, sendJson } from '../../../src/adapters/http/routes.ts';
import { bearerIs } from '../../../src/adapters/incoming/bearer.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';
import { served } from './serving.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function serving(...handlers: Handler[]) {
  const { port, errors, close } = await served(...handlers);
  ends.push(close);
  const ask = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const req = request({ host: '127.0.0.1', port, path, headers }, (res) => {
        let text = '';
        res.on('data', (chunk: Buffer) => {
          text += String(chunk);
        });
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      });
      req.on('error', reject).end();
    });
  return { port, ask, errors };
}

const store = { list: async () => [] } as unknown as IncidentStore;
const anything: Handler = (req, res) => sendJson(res, 200, { path: pathOf(req).pathname });

describe('any path', () => {
  it.each(['//', '///x', '/\\', '/%', '/%zz', 'http://[', '*'])(
    '%j is answered, and is no error of ours',
    async (path) => {
      const { ask, errors } = await serving();
      expect((await ask(path)).status).toBe(404);
      expect(errors).toEqual([]);
    },
  );
});

describe('the API', () => {
  it('without a token is closed to all, unless it is the sandbox’s', async () => {
    const { ask } = await serving(apiRoutes({ token: null, closed: true, store, now: () => 0 }));
    expect(await ask('/api/incidents')).toMatchObject({ status: 403 });
    expect(await ask('/api/incidents', { authorization: 'Bearer ' })).toMatchObject({ status: 403 });
    expect((await ask('/api/stats')).text).toContain('NIGHTSHIFT_API_TOKEN');
    const open = await serving(apiRoutes({ token: null, store, now: () => 0 }));
    expect((await open.ask('/api/incidents')).status).toBe(200);
  });

  it('answers who shows the token, and nobody else', async () => {
    const { ask } = await serving(apiRoutes({ token: 'a-token', closed: true, store, now: () => 0 }));
    expect((await ask('/api/incidents', { authorization: 'Bearer a-token' })).status).toBe(200);
    for (const authorization of ['', 'Bearer', 'Bearer a-toke', 'Bearer a-token2', 'Basic a-token', 'Bearer a-token x'])
      expect((await ask('/api/incidents', { authorization })).status).toBe(401);
  });
});

describe('/metrics', () => {
  it('is for all, or for who shows its token', async () => {
    const options = { parts: [], registry: new Registry(), started: () => true };
    expect((await (await serving(healthRoutes(options))).ask('/metrics')).status).toBe(200);
    const { ask } = await serving(healthRoutes({ ...options, metricsToken: 'm-token' }));
    expect((await ask('/metrics')).status).toBe(401);
    expect((await ask('/metrics', { authorization: 'Bearer m-token' })).status).toBe(200);
    expect((await ask('/healthz')).status).toBe(200);
  });
});

describe('the sandbox', () => {
  it('answers programs and its own page, and no page of another address or port', async () => {
    const { ask, port } = await serving(ownPagesOnly, anything);
    expect((await ask('/webhooks/alertmanager')).status).toBe(200);
    expect((await ask('/sandbox', { origin: `http://127.0.0.1:${port}` })).status).toBe(200);
    for (const headers of [
      { origin: 'http://127.0.0.1:8080' },
      { origin: 'http://localhost:8080' },
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.example', host: 'evil.example' },
    ])
      expect((await ask('/webhooks/alertmanager', headers as Record<string, string>)).status).toBe(403);
  });
});

describe('a bearer', () => {
  it('is the whole token, whatever its length', () => {
    expect(bearerIs('Bearer s3cret', 's3cret')).toBe(true);
    expect(bearerIs('bearer s3cret', 's3cret')).toBe(true);
    for (const header of [undefined, '', 's3cret', 'Bearer s3cre', 'Bearer s3cret2', 'Bearer \n'])
      expect(bearerIs(header, 's3cret')).toBe(false);
  });
});
