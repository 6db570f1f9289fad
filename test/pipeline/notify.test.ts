import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackChat } from '../../src/adapters/slack/chat.ts';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { transition } from '../../src/domain/transition.ts';
import notify from '../../src/pipeline/notify.ts';
import { deadline } from '../../src/pipeline/timers.ts';
import { diagnosisOf, incidentOf, recommendationOf, T0 } from '../domain/examples.ts';

/** What rings: a question is a post of its own, its time runs from that post, and it is looked at once more before the time acts. */

const log = pino({ level: 'silent' });
const MINUTE = 60_000;
let server: Server;
let calls: string[];
let posts: { ts: string }[];
let archived: boolean;
let now: number;
let deps: Deps;

beforeEach(async () => {
  calls = [];
  posts = [];
  archived = false;
  now = T0 + MINUTE;
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const method = request.url!.split('/').at(-1)!;
      calls.push(method);
      if (method === 'chat.postMessage') posts.push({ ts: `${posts.length + 2}.000100` });
      const answer = {
        ok: true,
        channel: method === 'conversations.info' ? { id: 'C123', is_archived: archived } : 'C123',
        ts: posts.at(-1)?.ts ?? '1.1',
        messages: method === 'conversations.history' && calls.includes('chat.postMessage') ? posts : [],
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  deps = depsNow();
});
afterEach(() => server.close());

const depsNow = (): Deps =>
  ({
    chat: createSlackChat({
      token: 'xoxb',
      slackApiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
      channel: 'C123',
      log,
    }),
    pager: { configured: true },
    clock: { now: () => now, realDelay: (ms: number) => ms },
    log,
    policy: () => ({
      listed: true,
      critical: false,
      autonomy: 'ask',
      timeoutMs: 5 * MINUTE,
      atTimeout: null,
      approvers: ['U1'],
    }),
    charts: {},
    baselines: { atHand: () => null },
    store: {
      now: async () => now,
      timeline: async () => [],
      pauseState: async () => ({ epoch: 0, paused: false, by: null, reason: null, at: null, until: null }),
    },
  }) as unknown as Deps;

const asking: State = {
  name: 'awaiting_approval',
  recommendation: recommendationOf(),
  planDigest: 'digest-1',
  timeoutMs: 5 * MINUTE,
  atTimeout: 'execute',
  deliveredAt: null,
  deadline: null,
  held: null,
  asked: 1,
  since: T0,
  reason: 'the configuration says to ask',
};
/** Posted when it was noticed; now, after watching a while, it asks. */
const shown = (): Incident =>
  incidentOf({
    diagnosis: diagnosisOf(),
    options: [recommendationOf()],
    message: { channel: 'C123', ts: '1.1', digest: 'older', at: T0, threaded: 0 },
    state: asking,
  });
const due = (kind: string) =>
  ({ id: 'e', incidentId: 'INC-1', gen: 1, attempt: 0, kind, dueAt: T0, token: 't' }) as never;
async function run(stage: typeof notify, incident: Incident): Promise<Incident> {
  const { events } = await stage.run(deps, incident, due(stage.kind));
  return events.reduce((one, event) => transition(one, event).incident, incident);
}

describe('a question', () => {
  it('is a new post, though the incident has a message, and its time runs from there', async () => {
    const after = await run(notify, shown());
    expect(calls).toContain('chat.postMessage');
    expect(calls).toContain('chat.update');
    expect(after.state).toMatchObject({ deliveredAt: now, deadline: now + 5 * MINUTE, heardBy: 'chat' });
    expect(after.calls).toMatchObject([{ kind: 'question', ts: '2.000100', settledAt: null }]);
  });

  it('is posted once, and edited to one line once it is decided', async () => {
    const asked = await run(notify, await run(notify, shown()));
    expect(calls.filter((call) => call === 'chat.postMessage')).toHaveLength(1);
    const approved = transition(asked, { type: 'approved', at: now, user: 'U1', planDigest: 'digest-1' }).incident;
    const settled = await run(notify, approved);
    expect(settled.calls).toMatchObject([{ settledAt: now }]);
  });

  it('acts at its deadline when it can still be read', async () => {
    const asked = await run(notify, shown());
    now += 5 * MINUTE;
    expect((await run(deadline, asked)).state).toMatchObject({ name: 'queued', authority: { by: 'timeout' } });
  });

  it.each([
    ['was deleted', () => posts.splice(0)],
    [
      'is in a channel that was archived',
      () => {
        archived = true;
      },
    ],
  ])('that %s was not delivered: it is asked again, and nothing runs', async (_what, happens) => {
    const asked = await run(notify, shown());
    happens();
    now += 5 * MINUTE;
    expect((await run(deadline, asked)).state).toMatchObject({
      name: 'awaiting_approval',
      asked: 2,
      deliveredAt: null,
    });
  });

  it('that nobody can look at waits, and does not act later than a minute', async () => {
    const asked = await run(notify, shown());
    server.close();
    server.closeAllConnections();
    now += 5 * MINUTE;
    expect((await run(deadline, asked)).state).toEqual(asked.state);
    now += 2 * MINUTE;
    expect((await run(deadline, asked)).state).toMatchObject({ name: 'awaiting_approval', asked: 2 });
  });
});

describe('the message of what is only watched', () => {
  const watching = (why: string): State => ({ name: 'watching', until: now + MINUTE, why });
  const slow = (value: number) =>
    diagnosisOf({ issue: { ...diagnosisOf().issue, severity: value, message: `p99 is ${value} s` } });
  const look = async (incident: Incident, state: State, value = 2) =>
    run(notify, { ...incident, state, diagnosis: slow(value) });
  const edits = () => calls.filter((call) => call === 'chat.update').length;

  it('is edited at once for another reason, and not at each look that finds the same', async () => {
    let one = await look(shown(), { name: 'noticed', attempt: 0 });
    const first = edits();
    for (let turn = 0; turn < 4; turn++) {
      now += 30_000;
      one = await look(one, { name: 'noticed', attempt: 0 }, turn + 1);
      now += 5_000;
      one = await look(one, watching(`confidence 0.${turn} is under 0.8`), turn + 1.5);
    }
    expect(edits() - first).toBe(1);
    now += 5_000;
    await look(one, watching('Nightshift is paused'));
    expect(edits() - first).toBe(2);
  });

  it('is brought up to date after a while, asked for by itself', async () => {
    const one = await look(shown(), watching('confidence 0.5 is under 0.8'));
    const before = edits();
    now += 2_000;
    const again = { ...one, state: watching('confidence 0.6 is under 0.8') };
    expect((await notify.run(deps, again, due('notify'))).againAt).toBe(one.message!.at + 5 * MINUTE);
    now = one.message!.at + 5 * MINUTE;
    await run(notify, again);
    expect(edits() - before).toBe(1);
  });

  it('is edited at once when something is asked', async () => {
    const one = await look(shown(), watching('confidence 0.5 is under 0.8'));
    const before = edits();
    now += 2_000;
    await run(notify, { ...one, state: asking });
    expect(edits()).toBeGreaterThan(before);
  });
});
