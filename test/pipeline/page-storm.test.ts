import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { openLineOf } from '../../src/domain/open-line.ts';
import { STORM_MS, stormOf } from '../../src/domain/storm.ts';
import { transition } from '../../src/domain/transition.ts';
import page from '../../src/pipeline/page.ts';
import resolvePage from '../../src/pipeline/resolve-page.ts';
import type { PageRequest } from '../../src/ports/pager.ts';
import { alertOf, incidentOf, T0 } from '../domain/examples.ts';

/** Many services fail at once. */

const heldIncident = (n: number): Incident =>
  incidentOf({
    id: `INC-${n}`,
    service: `api-${n}`,
    openedAt: T0 + n,
    alertedAt: T0 + n,
    alerts: [alertOf({ fingerprint: `f${n}`, labels: { severity: 'critical' } })],
    state: { name: 'watching', until: T0, why: 'storm', waitsFor: 'storm' },
  });

function world(configured: boolean) {
  const open = new Map([1, 2, 3].map((n) => [`INC-${n}`, heldIncident(n)]));
  const isOpen = () => [...open.values()].filter((one) => one.state.name !== 'closed');
  const at = { now: T0 + 60_000 };
  const pages: PageRequest[] = [];
  const posts: string[] = [];
  const resolved: string[] = [];
  const deps = {
    store: { openLines: async () => isOpen().map(openLineOf) },
    openLines: async () => isOpen().map(openLineOf),
    limits: { stormIncidents: 3 },
    clock: { now: () => at.now, realDelay: (ms: number) => ms },
    policy: () => ({ approvers: ['U1'], critical: false, listed: true }),
    pager: {
      configured,
      trigger: async (request: PageRequest) => {
        pages.push(request);
        return { ok: true };
      },
      resolve: async (key: string) => {
        resolved.push(key);
        return { ok: true };
      },
    },
    chat: {
      announce: async (message: string) => {
        posts.push(message);
        return { ok: true, channel: 'C', ts: '1' };
      },
    },
    log: pino({ level: 'silent' }),
  } as unknown as Deps;
  const due = { id: 'e', incidentId: '', gen: 1, attempt: 0, kind: 'page', dueAt: T0, token: 't' } as never;
  const run = async (stage: typeof page, id: string) => {
    const { events, againAt } = await stage.run(deps, open.get(id)!, due);
    open.set(
      id,
      events.reduce((one, event) => transition(one, event).incident, open.get(id)!),
    );
    return againAt;
  };
  return { open, at, pages, posts, resolved, run };
}

describe('a storm', () => {
  it('is told once: one post, one page under one key that names all, which counts for each', async () => {
    const made = world(true);
    for (const id of ['INC-1', 'INC-2', 'INC-3', 'INC-1']) await made.run(page, id);
    expect(made.posts).toHaveLength(1);
    expect(new Set(made.pages.map(({ dedupKey }) => dedupKey))).toEqual(new Set(['nightshift-test-storm-INC-1']));
    expect(made.pages[0]?.details.incidents).toBe('INC-1 api-1, INC-2 api-2, INC-3 api-3');
    for (const one of made.open.values()) expect(one.pages).toHaveLength(1);
  });

  it('has who joins it later added to its page, those of a minute at once', async () => {
    const made = world(true);
    for (const id of ['INC-1', 'INC-2', 'INC-3']) await made.run(page, id);
    expect(made.pages).toHaveLength(1);
    for (const n of [4, 5]) made.open.set(`INC-${n}`, { ...heldIncident(n), openedAt: T0 + 70_000 + n });
    made.at.now = T0 + 80_000;
    expect(await made.run(page, 'INC-4')).toBe(T0 + 120_000);
    expect(made.pages).toHaveLength(1);
    made.at.now = T0 + 120_000;
    for (const id of ['INC-4', 'INC-5']) expect(await made.run(page, id)).toBeUndefined();
    expect(made.pages).toHaveLength(2);
    expect(made.pages[1]?.details.incidents).toContain('INC-5 api-5');
    expect(made.posts).toHaveLength(1);
  });

  it('is what an escalation is paged with while it lasts: no phone rings for each', async () => {
    const made = world(true);
    const state = { name: 'escalated' as const, why: 'unclear', level: 1, acknowledgedBy: null, since: T0 };
    made.open.set('INC-9', { ...heldIncident(9), state });
    await made.run(page, 'INC-9');
    expect(made.pages.map(({ dedupKey }) => dedupKey)).toEqual(['nightshift-test-storm-INC-1']);
  });

  it('is told in the channel where there is no pager', async () => {
    const made = world(false);
    for (const id of ['INC-1', 'INC-2']) await made.run(page, id);
    expect(made.posts).toEqual([expect.stringContaining('3 services of test fail at once')]);
    expect(made.pages).toEqual([]);
  });

  it('has its page resolved by the last of those whom it held', async () => {
    const made = world(true);
    for (const id of made.open.keys()) await made.run(page, id);
    for (const id of ['INC-1', 'INC-2', 'INC-3']) {
      const one = made.open.get(id)!;
      made.open.set(id, { ...one, state: { name: 'closed', outcome: 'self_healed', why: '' } });
      await made.run(resolvePage, id);
      expect(made.resolved).toHaveLength(id === 'INC-3' ? 1 : 0);
    }
  });

  it('is what waits to act and began just now: neither what a person has, nor leftovers, nor what another deals with', () => {
    const young = [1, 2, 3].map(heldIncident);
    expect(stormOf(young, T0 + 60_000)).toHaveLength(3);
    expect(stormOf(young, T0 + STORM_MS + 60_000)).toHaveLength(0);
    const escalated = { name: 'escalated' as const, why: '', level: 1, acknowledgedBy: null, since: T0 };
    const sameCause = { name: 'watching' as const, until: T0, why: '', waitsFor: 'same_cause' as const };
    expect(
      stormOf(
        young.map((one, n) => ({ ...one, state: n === 0 ? escalated : sameCause })),
        T0 + 60_000,
      ),
    ).toHaveLength(0);
  });
});
