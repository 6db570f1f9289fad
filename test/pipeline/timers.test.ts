import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, askOf, diagnosisOf, T0 } from '../domain/examples.ts';

const FOUR_MINUTES = 240_000;
let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

describe('a deadline of five minutes, on two replicas of which one is four minutes ahead', () => {
  it('is the one that was shown: a person who answers after a minute is heard', async () => {
    let real = T0;
    const { store } = await fixture.replica({ cluster: 'two-clocks', clock: { now: () => real } });
    const replica = (ahead: number) =>
      ({
        store,
        jobs: { wake: async () => {} },
        clock: { now: () => real + ahead, realDelay: (ms: number) => ms },
        policy: () => ({ listed: true, critical: true, approvers: ['U1'] }),
        anyApprover: () => true,
        recentlyOpen: (limit: number) => store.listOpen(limit),
        openLines: () => store.openLines(),
        openingTurn: (run: () => unknown) => run(),
        log: pino({ level: 'silent' }),
      }) as unknown as Deps;
    const [right, ahead] = [replica(0), replica(FOUR_MINUTES)];
    const subject = { cluster: 'test', namespace: 'shop', service: 'payment-api' };
    const [id = ''] = await receiveAlerts(right, [{ alert: alertOf(), subject }], new Map());
    const asked = { type: 'diagnosed' as const, diagnosis: diagnosisOf(), decision: askOf(), skippedSteps: [] };
    await record(right, id, { ...asked, at: real });
    const post = { channel: 'C', ts: '1', digest: 'd', planDigest: 'digest-1', threaded: 0 };
    await record(right, id, { type: 'delivered', at: real, ...post });
    real += 65_000;
    for (const due of await store.listDue(ahead.clock.now(), 50))
      if (due.kind === 'deadline') await runEffect(ahead, stagesByKind, due);
    expect((await store.load(id))?.state.name).toBe('awaiting_approval');
    expect((await createPeople(right).reject(id, 'U_ANY', 'next')).ok).toBe(true);
  });
});
