import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { pageKey, questionName } from '../../src/domain/pages.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Page } from '../../src/domain/types/called.ts';
import type { StageDeps } from '../../src/pipeline/deps.ts';
import resolvePage from '../../src/pipeline/resolve-page.ts';
import { incidentOf, recommendationOf, T0 } from '../domain/examples.ts';

/** What the pager is told when people have decided. */

const asking: Extract<State, { name: 'awaiting_approval' }> = {
  name: 'awaiting_approval',
  recommendation: recommendationOf(),
  planDigest: 'digest-1',
  timeoutMs: 300_000,
  atTimeout: 'execute',
  deliveredAt: T0,
  deadline: T0 + 300_000,
  held: null,
  asked: 1,
  since: T0,
  reason: '',
};
const page = (about: string, over: Partial<Page> = {}): Page => ({
  dedupKey: pageKey(incidentOf(), about),
  status: 'triggered',
  at: T0,
  ...over,
});
const question = page(questionName(asking));
const older = page(questionName({ ...asking, since: T0 - 1 }));
const person = page('person-1');

async function run(incident: Incident, isAway = false) {
  const told: string[] = [];
  const answer = (what: string) => async (key: string) => {
    told.push(`${what} ${key}`);
    return isAway ? { ok: false as const, message: 'away', retryAfterMs: null } : { ok: true as const };
  };
  const deps = {
    pager: { configured: true, resolve: answer('resolve'), acknowledge: answer('acknowledge') },
    clock: { now: () => T0 },
    store: { openLines: async () => [] },
  } as unknown as StageDeps;
  const { events, againAt } = await resolvePage.run(deps, incident, {} as never);
  return { told, againAt, incident: events.reduce((one, event) => transition(one, event).incident, incident) };
}
const statusOf = ({ pages }: Incident) => pages?.map(({ status }) => status);

describe('resolving pages', () => {
  it('ends only the pages of decided questions while the incident is open', async () => {
    const escalated = { name: 'escalated', why: 'x', level: 1, acknowledgedBy: null, since: T0 } as const;
    const { told, incident } = await run(incidentOf({ state: escalated, pages: [question, person] }));
    expect(told).toEqual([`resolve ${question.dedupKey}`]);
    expect(statusOf(incident)).toEqual(['resolved', 'triggered']);
    expect(incident.state.name).toBe('escalated');
  });

  it('leaves the question that is open, and ends the one before it', async () => {
    const { told } = await run(incidentOf({ state: asking, pages: [older, question] }));
    expect(told).toEqual([`resolve ${older.dedupKey}`]);
  });

  it('ends all when the incident has closed', async () => {
    const state = { name: 'closed', outcome: 'healed', message: '' } as unknown as State;
    expect((await run(incidentOf({ state, pages: [question, person] }))).told).toHaveLength(2);
  });

  it('tries again where the pager is away, and acknowledges nothing that is over', async () => {
    const noticed = { name: 'noticed', attempt: 0 } as const;
    const made = await run(incidentOf({ state: noticed, pages: [{ ...question, untold: true }] }), true);
    expect(made.told).toEqual([`resolve ${question.dedupKey}`]);
    expect(made.againAt).toBe(T0 + 10_000);
  });
});
