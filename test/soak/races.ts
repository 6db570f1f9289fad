import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Deps } from '../../src/app/deps.ts';
import { decideByNote } from '../../src/app/pagerduty-notes.ts';
import { newIncident } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { pageKey, questionName } from '../../src/domain/pages.ts';
import type { Answer } from '../../src/extension-points/people.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { record } from '../../src/pipeline/record.ts';
import { startFixture } from '../adapters/redis/store-fixture.ts';
import { recommendationOf } from '../domain/examples.ts';

/** A thousand times a click, a note in PagerDuty, the deadline, a rejection and the end of the trouble come at the same moment, on two replicas over a real Redis: one wins, and everybody is told who. */

const RACES = Number(process.env.NIGHTSHIFT_RACES ?? 1_000);
const DEADLINE = 2_000_000;
const recommendation = recommendationOf();
const { digest } = recommendation.plan;

export const about = 'a click, a note, the deadline, a rejection and the end at one moment, a thousand times';

export async function run(): Promise<Record<string, unknown>> {
  const fixture = await startFixture();
  try {
    const replicas = await Promise.all([0, 1].map(() => fixture.replica({ cluster: 'races' })));
    fixture.clock.set(DEADLINE);
    const sides = replicas.map(({ store }) => {
      const deps = {
        ...{ store, clock: fixture.clock, cluster: { name: 'races' }, jobs: { wake: async () => {} } },
        ...{ policy: () => ({ approvers: ['U_ANA', 'U_BO'] }), pager: { configured: true } },
        log: pino({ level: 'silent' }),
      } as unknown as Deps;
      return { deps, people: createPeople(deps) };
    });
    const won: Record<string, number> = {};
    const wrong: string[] = [];
    const tookMs: number[] = [];
    for (let race = 1; race <= RACES; race += 1) {
      const began = performance.now();
      const { winner, faults } = await oneRace(sides, race);
      tookMs.push(performance.now() - began);
      won[winner] = (won[winner] ?? 0) + 1;
      wrong.push(...faults.map((fault) => `race ${race}: ${fault}`));
    }
    tookMs.sort((a, b) => a - b);
    if (wrong.length > 0) console.error(wrong.slice(0, 20).join('\n'));
    return {
      races: RACES,
      won,
      wrong: wrong.length,
      p99_ms: Math.round(tookMs[Math.floor(RACES * 0.99)] ?? Number.NaN),
    };
  } finally {
    await fixture.end();
  }
}

type Side = { deps: Deps; people: ReturnType<typeof createPeople> };

async function oneRace([one, other]: Side[], race: number): Promise<{ winner: string; faults: string[] }> {
  if (!one || !other) throw new Error('two replicas race');
  const incident = await asked(one.deps, race);
  const { id } = incident;
  const key = incident.pages?.[0]?.dedupKey ?? '';
  const notes: string[] = [];
  const at = DEADLINE;
  const contenders: [string, () => Promise<Answer | null>][] = [
    ['click', () => one.people.approve(id, 'U_ANA', digest)],
    ['note', () => noteFrom(other, key, notes)],
    ['deadline', () => untold(record(other.deps, id, { type: 'deadline_reached', at }))],
    ['rejection', () => other.people.reject(id, 'U_GUEST', 'next')],
    ['end', () => untold(record(one.deps, id, { type: 'resolved', at, message: 'It is over' }))],
  ];
  // In another order each time; what is first to reach Redis is Redis' to say.
  const turn = race % contenders.length;
  const order = [...contenders.slice(turn), ...contenders.slice(0, turn)];
  const told = await Promise.all(
    order.map(async ([name, go], place) => {
      // A click looks first who may: with a head start of a few ms for one or the other each of them is first now and then.
      await sleep((race * 7 + place * 5) % 11);
      return [name, await go()] as const;
    }),
  );
  const timeline = await one.deps.store.timeline(id);
  const ends = timeline.filter(({ from, to }) => from === 'awaiting_approval' && to !== 'awaiting_approval');
  const winner = winnerOf(ends[0]);
  const faults = [
    ...(ends.length === 1 ? [] : [`${ends.length} of them ended the question`]),
    ...timeline
      .filter(({ to, from }) => to === 'queued' && from !== 'queued')
      .slice(1)
      .map(() => 'it was queued twice'),
    ...told.flatMap(([name, answer]) => (answer === null ? [] : toldWrong(name, answer, winner))),
    ...(notes.length === 1 ? [] : [`the note was answered ${notes.length} times`]),
  ];
  return { winner, faults };
}

/** Nobody waits for an answer to it. */
const untold = async (done: Promise<unknown>): Promise<null> => {
  await done;
  return null;
};

const BY: Record<string, string> = { deadline_reached: 'deadline', rejected: 'rejection', resolved: 'end' };
const winnerOf = (entry: { type: string; by: string | null } | undefined): string =>
  entry?.type === 'approved' ? (entry.by === 'U_BO' ? 'note' : 'click') : (BY[entry?.type ?? ''] ?? 'nobody');

/** Whoever won is told so; whoever came too late reads why, and nobody reads that they won. Stopping what was approved a moment before is a word of its own. */
function toldWrong(name: string, { ok, message }: Answer, winner: string): string[] {
  if (message === '') return [`${name} was told nothing`];
  if (name === winner) return ok ? [] : [`${name} won and was told: ${message}`];
  if (name === 'rejection') return [];
  return ok ? [`${name} lost to ${winner} and was told: ${message}`] : [];
}

/** Somebody writes `approve` to the page, and reads below it what came of that. */
async function noteFrom({ deps, people }: Side, key: string, notes: string[]): Promise<Answer> {
  let answer: Answer = { ok: false, message: '' };
  const heard = <A extends Answer>(given: Promise<A>) => given.then((one) => (answer = one));
  await decideByNote(
    {
      api: {
        get: async (path) => ({
          ok: true,
          value: path.startsWith('/incidents')
            ? { incident: { incident_key: key } }
            : { user: { email: 'bo@example.com' } },
        }),
        post: async (_path, body) => {
          notes.push(JSON.stringify(body));
          return { ok: true, value: null };
        },
      },
      people: { ...people, approve: (...args) => heard(people.approve(...args)) },
      pagerDutyUsers: { PBO: 'U_BO' },
      directory: undefined,
      whose: async () => deps.store.load(key.match(/INC-\d+/)?.[0] ?? ''),
      log: { warn: () => {} },
    },
    { incident: 'P1', writer: 'PBO', content: 'approve' },
  );
  return answer.message === '' && notes[0] ? { ok: false, message: notes[0] } : answer;
}

async function asked(deps: Deps, race: number): Promise<Incident> {
  const subject = { cluster: 'races', namespace: 'shop', service: `svc-${race}` };
  const state: State = {
    ...{ name: 'awaiting_approval', recommendation, planDigest: digest, timeoutMs: 1_000, atTimeout: 'execute' },
    ...{ deliveredAt: DEADLINE - 1_000, deadline: DEADLINE, held: null, asked: 1, since: DEADLINE - 1_000, reason: '' },
  };
  const id = `INC-${race}`;
  const dedupKey = pageKey({ cluster: 'races', id }, questionName(state));
  const after: Incident = {
    ...newIncident(id, subject, DEADLINE - 60_000, null),
    ...{ version: 1, state, options: [recommendation] },
    pages: [{ dedupKey, status: 'triggered', at: DEADLINE - 1_000 }],
  };
  await deps.store.save({ before: null, after, timeline: [], effects: [], finished: null });
  return after;
}
