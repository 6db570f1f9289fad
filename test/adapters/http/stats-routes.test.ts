import { afterEach, describe, expect, it } from 'vitest';
import { apiRoutes } from '../../../src/adapters/http/api-routes.ts';
import type { PastTrouble } from '../../../src/domain/proof/comparison.ts';
import { createOutcomes } from '../../../src/ports/outcomes-in-memory.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';
import { outcomeOf } from '../../domain/proof/outcomes.ts';
import { served } from './serving.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
const DAY = 86_400_000;
const NOW = 100 * DAY;

async function api() {
  const { keep, find, keepPast, past } = createOutcomes();
  keep(outcomeOf({ id: 'INC-1', over: NOW - 90 * DAY, began: NOW - 90 * DAY - 60_000, hurt: ['latency'] }));
  keep(outcomeOf({ id: 'INC-2', over: NOW - DAY, began: NOW - DAY - 60_000, service: 'cart-api' }));
  const store = { outcomes: find, keepPast, past } as unknown as IncidentStore;
  const objectiveOf = (_namespace: string, service: string) =>
    service === 'payment-api' ? { latencyP99Seconds: 1 } : undefined;
  const { port, close } = await served(apiRoutes({ token: 'a-token', store, now: () => NOW, objectiveOf }));
  ends.push(close);
  const headers = { authorization: 'Bearer a-token' };
  const asked = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, ...init });
    return { status: answer.status, json: (await answer.json()) as Record<string, Record<string, unknown>> };
  };
  return { asked, send: (body: unknown) => asked('/api/past', { method: 'POST', body: JSON.stringify(body) }) };
}
const trouble: PastTrouble = {
  ...{ source: 'prometheus', id: '1', namespace: 'shop', service: 'payment-api', name: 'A', began: 0, over: 600_000 },
};

describe('/api/stats', () => {
  it('is of all, of some weeks, or of one service', async () => {
    const { asked } = await api();
    const incidents = async (query: string) => (await asked(`/api/stats${query}`)).json.overall?.incidents;
    expect(await incidents('')).toBe(2);
    expect(await incidents('?weeks=8')).toBe(1);
    expect(await incidents('?service=shop/payment-api')).toBe(1);
    expect(await incidents('?service=shop/payment-api&weeks=8')).toBe(0);
    expect((await asked('/api/stats?weeks=-1')).status).toBe(400);
    expect((await asked('/api/stats?since=soon')).status).toBe(400);
  });

  it('compares with the time before once that is known, and counts what was sent twice once', async () => {
    const { asked, send } = await api();
    expect((await asked('/api/stats')).json).toMatchObject({
      comparison: null,
      budgets: { 'shop/payment-api': { spentMs: 60_000, savedMs: null } },
    });
    expect((await send([trouble])).json).toEqual({ kept: 1, sent: 1 });
    await send([trouble]);
    expect((await asked('/api/stats')).json).toMatchObject({
      comparison: { before: { n: 1, median: 600_000 }, after: { n: 1 }, faster: 0.9 },
      budgets: { 'shop/payment-api': { incidents: 1, spentMs: 60_000, savedMs: 540_000 } },
    });
  });

  it('refuses a past that cannot be, and whoever shows no token', async () => {
    const { asked, send } = await api();
    expect((await send([{ ...trouble, over: -1 }])).status).toBe(400);
    expect((await send([{ ...trouble, began: 900_000 }])).status).toBe(400);
    expect((await asked('/api/past', { method: 'POST', body: 'no JSON' })).status).toBe(400);
    expect((await asked('/api/past', { method: 'POST', body: '[]', headers: {} })).status).toBe(401);
    expect((await asked('/api/past')).status).toBe(404);
    expect((await asked('/api/stats', { method: 'POST' })).status).toBe(405);
  });
});
