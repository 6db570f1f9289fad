import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHeardOnce } from '../../src/adapters/redis/heard-once.ts';
import type { Deps } from '../../src/app/deps.ts';
import { pagerDutyIntake } from '../../src/app/pagerduty-intake.ts';
import { newIncident } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';

const SECRET = 'webhook-secret';
const KEY = 'nightshift-prod-eu-INC-7';
let fixture: Fixture;
let store: IncidentStore;
let accept: NonNullable<ReturnType<typeof pagerDutyIntake>['accept']>;
let round = 0;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  round += 1;
  const cluster = `prod-eu-${round}`;
  const made = await fixture.replica({ cluster });
  store = made.store;
  const subject = { cluster, namespace: 'shop', service: 'payment-api' };
  const incident: Incident = {
    ...newIncident('INC-7', subject, 1_000, null),
    version: 1,
    state: { name: 'escalated', why: 'x', level: 1, acknowledgedBy: null, since: 1_000 },
    page: { dedupKey: KEY, status: 'triggered', at: 1_000 },
  };
  await store.save({ before: null, after: incident, timeline: [], effects: [], finished: null });
  const deps = {
    store,
    clock: fixture.clock,
    cluster: { name: 'prod-eu' },
    jobs: { wake: async () => {} },
    log: { warn: () => {} },
  } as unknown as Deps;
  const heard = createHeardOnce({ redis: made.redis, prefix: `{nightshift:${cluster}}` });
  accept = pagerDutyIntake(deps, SECRET, heard).accept!;
});

const sent = (type: string, over: { key?: string; agoMs?: number; id?: string; agent?: object } = {}) => {
  const body = Buffer.from(
    JSON.stringify({
      event: {
        id: over.id ?? 'e1',
        event_type: `incident.${type}`,
        occurred_at: new Date(Date.now() - (over.agoMs ?? 1_000)).toISOString(),
        agent: over.agent ?? { summary: 'Someone on call' },
        data: { incident_key: over.key ?? KEY },
      },
    }),
  );
  return accept(body, `v1=${createHmac('sha256', SECRET).update(body).digest('hex')}`);
};
const state = async () => (await store.load('INC-7'))!.state;

describe('a webhook of PagerDuty', () => {
  it('acknowledges the incident whose page it is', async () => {
    expect(await sent('acknowledged')).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'escalated', acknowledgedBy: 'Someone on call' });
  });

  it('that resolves the page closes what only people could still end', async () => {
    expect(await sent('resolved')).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'closed', outcome: 'healed_by_human' });
  });

  it.each([
    'INC-7',
    'nightshift-prod-us-INC-7',
    'nightshift-prod-eu-INC-77',
    'nightshift-prod-eu-INC-7-other',
    'x-nightshift-prod-eu-INC-7',
  ])('about the key %s, which isn’t of a page of ours, changes nothing', async (key) => {
    expect(await sent('acknowledged', { key })).toBe('ignored');
    expect(await state()).toMatchObject({ acknowledgedBy: null });
  });

  it('that is old, or not yet, is ignored', async () => {
    expect(await sent('acknowledged', { agoMs: 2 * 3_600_000 })).toBe('ignored');
    expect(await sent('acknowledged', { agoMs: -3_600_000 })).toBe('ignored');
  });

  it('counts once, and not after a newer one of the same page', async () => {
    const fixed = { agoMs: 60_000, id: 'e2' };
    const body = Buffer.from(
      JSON.stringify({
        event: {
          event_type: 'incident.acknowledged',
          occurred_at: new Date().toISOString(),
          data: { incident_key: KEY },
        },
      }),
    );
    const signature = `v1=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
    expect([await accept(body, signature), await accept(body, signature)]).toEqual(['accepted', 'ignored']);
    expect(await sent('resolved', fixed)).toBe('ignored');
    expect(await state()).toMatchObject({ name: 'escalated' });
  });

  describe('that resolves', () => {
    const asked = `${KEY}-ask-0123456789ab-900`;
    const page = (dedupKey: string, status: 'triggered' | 'resolved' = 'triggered') => ({ dedupKey, status, at: 900 });
    const withPages = async (...pages: ReturnType<typeof page>[]) => {
      const before = (await store.load('INC-7'))!;
      const after = { ...before, version: before.version + 1, pages, page: pages.at(-1) ?? null };
      await store.save({ before, after, timeline: [], effects: [], finished: null });
    };

    it('a question’s page that is decided closes nothing, before it is known to be over as well as after', async () => {
      await withPages(page(asked), page(KEY));
      expect(await sent('resolved', { key: asked })).toBe('ignored');
      await withPages(page(asked, 'resolved'), page(KEY));
      expect(await sent('resolved', { key: asked, id: 'e2' })).toBe('ignored');
      expect(await state()).toMatchObject({ name: 'escalated', acknowledgedBy: null });
    });

    it('what we have resolved closes nothing', async () => {
      await withPages(page(KEY, 'resolved'));
      expect(await sent('resolved')).toBe('ignored');
      expect(await state()).toMatchObject({ name: 'escalated' });
    });

    it('by an integration or by itself closes nothing', async () => {
      const agent = { summary: 'Nightshift', type: 'events_api_v2_inbound_integration_reference' };
      expect(await sent('resolved', { agent })).toBe('ignored');
      expect(await state()).toMatchObject({ name: 'escalated' });
    });
  });
});
