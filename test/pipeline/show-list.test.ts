import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { openLineOf } from '../../src/domain/open-line.ts';
import type { StageDeps as Deps } from '../../src/pipeline/deps.ts';
import notify from '../../src/pipeline/notify.ts';
import { showList } from '../../src/pipeline/show-list.ts';
import type { IncidentList } from '../../src/ports/chat.ts';
import type { Listed } from '../../src/ports/listed.ts';
import { alertOf, incidentOf, recommendationOf, T0 } from '../domain/examples.ts';

const noticed = (n: number) =>
  incidentOf({
    id: `INC-${n}`,
    service: `api-${n}`,
    alertedAt: T0,
    alerts: [alertOf({ labels: { severity: 'critical' } })],
    state: { name: 'noticed', attempt: 0 },
  });
let open = [noticed(0)];
let listed: Listed | null = null;
let calls: string[] = [];

const delivery = { ok: true as const, channel: 'C', ts: '1' };
const say = (what: string) => async () => {
  calls.push(what);
  return delivery;
};
const deps = {
  openLines: async () => open.map(openLineOf),
  listed: {
    read: async () => listed,
    write: async (now: Listed | null) => {
      listed = now;
    },
  },
  store: {
    timeline: async () => [],
    pauseState: async () => ({ epoch: 0, paused: false, by: null, reason: null, at: null, until: null }),
  },
  clock: { now: () => T0, realDelay: (ms: number) => ms },
  policy: () => ({ approvers: [], critical: false, listed: true }),
  chat: {
    digest: () => 'd',
    callDigest: () => 'd',
    listDigest: (list: IncidentList) => `${list.open.length} ${list.isOver}`,
    showList: (list: IncidentList, posted: unknown) => say(`list of ${list.open.length}${posted ? ', edited' : ''}`)(),
    deliver: say('message'),
    ring: say('question'),
  },
  log: pino({ level: 'silent' }),
  pager: { configured: true },
} as unknown as Deps;
const run = (n: number) => notify.run(deps, open[n]!, { attempt: 0 } as never);

beforeEach(() => {
  open = Array.from({ length: 31 }, (_, n) => noticed(n));
  listed = null;
  calls = [];
});

describe('more than thirty incidents without a message', () => {
  it('are one list, posted once and edited when it says something new', async () => {
    await showList(deps);
    await showList(deps);
    open = [...open, noticed(31)];
    await showList(deps);
    expect(calls).toEqual(['list of 31', 'list of 32, edited']);
  });

  it('have no message each, and are looked at again', async () => {
    const { events, againAt } = await run(3);
    expect(events).toEqual([]);
    expect(againAt).toBeGreaterThan(T0);
    expect(calls).toEqual([]);
  });

  it('still ask their questions, each by itself', async () => {
    const plan = recommendationOf();
    open[3] = {
      ...open[3]!,
      state: {
        name: 'awaiting_approval',
        recommendation: plan,
        planDigest: plan.plan.digest,
        timeoutMs: 60_000,
        atTimeout: 'execute',
        deliveredAt: null,
        deadline: null,
        held: null,
        asked: 1,
        reason: '',
      },
    };
    const { events } = await run(3);
    expect(calls).toEqual(['question']);
    expect(events).toMatchObject([{ type: 'rang', planDigest: plan.plan.digest }]);
  });

  it('have the list say its last word when few are left, who get their own', async () => {
    await showList(deps);
    open = open.slice(0, 5);
    await showList(deps);
    await showList(deps);
    await run(3);
    expect(calls).toEqual(['list of 31', 'list of 5, edited', 'message']);
    expect(listed).toBeNull();
  });
});
