import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPagerDutyApi } from '../../src/adapters/pagerduty/api.ts';
import { createHeardOnce } from '../../src/adapters/redis/heard-once.ts';
import type { Deps } from '../../src/app/deps.ts';
import { pagerDutyIntake } from '../../src/app/pagerduty-intake.ts';
import { newIncident } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { pageKey, questionName } from '../../src/domain/pages.ts';
import type { People } from '../../src/extension-points/people.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { recommendationOf } from '../domain/examples.ts';

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

describe('a note in PagerDuty', () => {
  let server: Server;
  let written: { content: string; from: string | undefined }[];
  let key: string;
  let people: People;
  let byNote: typeof accept;

  beforeAll(async () => {
    server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const answer = (body: object) =>
            res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
          if (req.url === '/incidents/PINC') return answer({ incident: { id: 'PINC', incident_key: key } });
          if (req.url === '/users/PANA') return answer({ user: { id: 'PANA', email: 'ana@example.com' } });
          if (req.url === '/users/PBO') return answer({ user: { id: 'PBO', email: 'bo@example.com' } });
          if (req.method !== 'POST' || req.url !== '/incidents/PINC/notes') return res.writeHead(404).end('{}');
          const { note } = JSON.parse(Buffer.concat(chunks).toString());
          written.push({ content: note.content, from: req.headers.from as string | undefined });
          return answer({ note });
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());
  beforeEach(async () => {
    written = [];
    const recommendation = recommendationOf();
    const asked: State = {
      ...{ name: 'awaiting_approval', recommendation, planDigest: recommendation.plan.digest, timeoutMs: 300_000 },
      ...{ atTimeout: 'execute', deliveredAt: 1_000, deadline: 10_000, held: null, asked: 1, since: 1_000, reason: '' },
    };
    const before = (await store.load('INC-7'))!;
    key = pageKey({ cluster: 'prod-eu', id: 'INC-7' }, questionName(asked));
    const after = {
      ...before,
      version: 2,
      state: asked,
      options: [recommendation],
      page: null,
      pages: [{ dedupKey: key, status: 'triggered' as const, at: 1_000 }],
    };
    await store.save({ before, after, timeline: [], effects: [], finished: null });
    const deps = {
      ...{ store, clock: fixture.clock, cluster: { name: 'prod-eu' }, jobs: { wake: async () => {} } },
      ...{ policy: () => ({ approvers: ['U_ANA'] }), log: { warn: () => {} }, pager: { configured: true } },
    } as unknown as Deps;
    people = createPeople(deps);
    const { redis } = await fixture.replica({ cluster: `notes-${round}` });
    const heard = createHeardOnce({ redis, prefix: `{nightshift:notes-${round}}` });
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = createPagerDutyApi({ token: 'pd', apiUrl, timeoutMs: 2_000 });
    const parts = { api, people, pagerDutyUsers: { PANA: 'U_ANA' }, directory: undefined };
    byNote = pagerDutyIntake(deps, SECRET, heard, parts).accept!;
  });

  let notes = 0;
  const note = (content: string, over: { by?: string; agoMs?: number; secret?: string } = {}) => {
    const body = Buffer.from(
      JSON.stringify({
        event: {
          id: `n${++notes}`,
          event_type: 'incident.annotated',
          occurred_at: new Date(Date.now() - (over.agoMs ?? 1_000)).toISOString(),
          agent: { id: over.by ?? 'PANA', type: 'user_reference', summary: 'Ana' },
          data: {
            type: 'incident_note',
            id: `N${notes}`,
            content,
            incident: { id: 'PINC', type: 'incident_reference' },
          },
        },
      }),
    );
    const hex = createHmac('sha256', over.secret ?? SECRET)
      .update(body)
      .digest('hex');
    return { body, header: `v1=${hex}` };
  };
  const send = ({ body, header }: ReturnType<typeof note>) => byNote(body, header);
  /** What came of it is written when it is its turn, after the webhook is answered. */
  const told = async (count = 1) => {
    while (written.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    return written.at(-1)!.content;
  };

  it('approves what was paged, in the name of who wrote it, and says so there', async () => {
    expect(await send(note('Approve'))).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'queued', authority: { by: 'person', user: 'U_ANA' } });
    await told();
    expect(written).toEqual([{ content: expect.stringMatching(/^Nightshift: Approved/), from: 'ana@example.com' }]);
  });

  it('turns down with a reason, or holds', async () => {
    expect(await send(note('hold 45m'))).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'awaiting_approval', held: { by: 'U_ANA' } });
    expect(await send(note('reject: too risky, orders run', { agoMs: 500 }))).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'escalated' });
    expect((await store.load('INC-7'))?.rejections?.at(-1)).toMatchObject({ reason: 'too_risky', user: 'U_ANA' });
    await told(2);
  });

  it('counts once, in order, and only where it is signed', async () => {
    const first = note('hold', { agoMs: 1_000 });
    expect(await send(first)).toBe('accepted');
    expect(await send(first)).toBe('ignored');
    expect(await send(note('approve', { agoMs: 60_000 }))).toBe('ignored');
    expect(await send(note('approve', { secret: 'another' }))).toBe('bad_signature');
    expect(await state()).toMatchObject({ name: 'awaiting_approval' });
    await told();
  });

  it('of somebody whom nobody named starts nothing, and they read why', async () => {
    expect(await send(note('approve', { by: 'PBO' }))).toBe('accepted');
    expect(await told()).toContain('pagerduty_users');
    expect(await state()).toMatchObject({ name: 'awaiting_approval' });
  });

  it.each([
    'approve this only after lunch',
    'I would approve',
    'holding the line',
    'Nightshift: Approved: x',
    'hold 9999h',
  ])('“%s” is for people', async (content) => {
    expect(await send(note(content))).toBe('ignored');
    expect(await state()).toMatchObject({ name: 'awaiting_approval', held: null });
  });

  it('for a question that is decided does nothing, and says so', async () => {
    await people.reject('INC-7', 'U_ANA', 'escalate');
    expect(await send(note('approve'))).toBe('accepted');
    expect(await state()).toMatchObject({ name: 'escalated' });
    expect(await told()).toContain('nothing was done');
  });
});
