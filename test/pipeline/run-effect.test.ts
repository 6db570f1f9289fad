import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import type { Stage, StageResult } from '../../src/pipeline/stage.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { anIncident, type Fixture, saving, startFixture } from '../adapters/redis/store-fixture.ts';

let fixture: Fixture;
let store: IncidentStore;
let runs = 0;
let answers: (StageResult | Error)[];
let woken: number;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  ({ store } = await fixture.replica({ cluster: `effects-${++runs}` }));
  answers = [];
  woken = 0;
  await store.save(saving(null, anIncident('INC-1'), { effects: [{ kind: 'verify', dueAt: 0 }] }));
});

const GIVEN_UP = 'given up';
const stage: Stage = {
  kind: 'verify',
  does: '',
  giveUp: {
    afterTries: 3,
    event: (_deps, _incident, message) => ({ type: 'noted', at: 1, message: `${GIVEN_UP}: ${message}`, by: null }),
  },
  async run() {
    const answer = answers.shift() ?? { events: [] };
    if (answer instanceof Error) throw answer;
    return answer;
  },
};

/** Runs what is due as often as there are answers for the stage to give, and says what the timeline then holds. */
async function run(...given: typeof answers): Promise<string[]> {
  answers = given;
  const clock = { now: fixture.clock.now, realDelay: (ms: number) => ms };
  const wake = async (due: unknown[]) => {
    woken += due.length;
  };
  const deps = { store, clock, jobs: { wake }, log: pino({ level: 'silent' }) } as unknown as Deps;
  while (answers.length > 0) {
    fixture.clock.set(fixture.clock.now() + 120_000);
    const [due] = await store.listDue(fixture.clock.now(), 1);
    if (!due) break;
    await runEffect(deps, new Map([['verify', stage]]), due);
  }
  return (await store.timeline('INC-1')).map((line) => line.message);
}

const look = (): StageResult => ({ events: [], againAt: fixture.clock.now() + 1 });
const broken = () => new Error('it broke');

describe('a due effect', () => {
  it('that ends in nothing is done', async () => {
    expect(await run({ events: [] })).toEqual([]);
    expect(await store.listLater(-1, 10)).toEqual([]);
  });

  it('that ends in an event is done together with it', async () => {
    expect(await run({ events: [{ type: 'noted', at: 1, message: 'done', by: null }] })).toEqual(['done']);
    expect((await store.listLater(-1, 10)).map((due) => due.kind)).toEqual([]);
  });

  it('that wants to look again is due again, and is woken', async () => {
    await run(look(), look());
    expect(await store.listLater(-1, 10)).toMatchObject([{ kind: 'verify', attempt: 2 }]);
    expect(woken).toBe(2);
  });

  it('that fails is tried again, and given up with words after so many failures in a row', async () => {
    expect(await run(broken(), broken())).toEqual([]);
    expect(await run(broken())).toEqual([`${GIVEN_UP}: it broke`]);
    expect((await store.listLater(-1, 10)).map((due) => due.kind)).toEqual([]);
  });

  it('that has looked often and then fails once is not given up', async () => {
    expect(await run(look(), look(), look(), look(), broken())).toEqual([]);
    expect(await run(look(), broken(), broken())).toEqual([]);
    expect(await run(broken())).toEqual([`${GIVEN_UP}: it broke`]);
  });

  it('is run by one of several that are woken for it', async () => {
    const [due] = await store.listDue(1, 1);
    let running = 0;
    const once: Stage = {
      ...stage,
      run: async () => ({ events: [{ type: 'noted', at: 1, message: `run ${++running}`, by: null }] }),
    };
    const deps = { store, clock: { now: () => 1 }, jobs: { wake: async () => {} }, log: pino({ level: 'silent' }) };
    await Promise.all([1, 2, 3].map(() => runEffect(deps as unknown as Deps, new Map([['verify', once]]), due!)));
    expect((await store.timeline('INC-1')).map((line) => line.message)).toEqual(['run 1']);
  });
});
