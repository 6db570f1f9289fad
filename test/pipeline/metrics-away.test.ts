import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import confirmGone from '../../src/pipeline/confirm-gone.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import type { ClaimedEffect } from '../../src/pipeline/stage.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, diagnosisOf, T0 } from '../domain/examples.ts';
import { type Around, lookingAt } from '../evidence/looking.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const subject = { cluster: 'test', namespace: 'shop', service: 'payment-api' };
const due: ClaimedEffect = { token: 't', id: 'e', incidentId: '', gen: 1, attempt: 0, kind: 'confirm_gone', dueAt: T0 };
const labels = { namespace: 'shop', service: 'payment-api', severity: 'critical' };
const alert = alertOf({ name: 'PaymentsErrorBudgetBurn', labels });

it('an outage of the metrics is no all-clear: the incident stays open, says so, and ends when it is seen to be over', async () => {
  const { store } = await fixture.replica({ cluster: 'metrics-away' });
  const at = (around: Around): Deps => ({
    ...lookingAt(around),
    store,
    jobs: { wake: async () => {} },
    clock: { now: fixture.clock.now, realDelay: (ms) => ms },
    recentlyOpen: (limit) => store.listOpen(limit),
    openLines: () => store.openLines(),
    openingTurn: (run) => run(),
    log: pino({ level: 'silent' }),
  });
  const away = at({ metrics: 'unreachable' });
  const confirmed = async (deps: Deps) => {
    const { events } = await confirmGone.run(deps, (await store.load(id))!, due);
    for (const event of events) await record(deps, id, event);
    return (await store.load(id))!;
  };
  fixture.clock.set(T0);
  const [id = ''] = await receiveAlerts(away, [{ alert, subject }], new Map());
  const issue = { kind: 'high_error_rate', severity: 0.4, unit: '', message: '' };
  const diagnosis = diagnosisOf({ issue, measuredOn: 'payment-api' });
  const decision = { kind: 'escalate' as const, options: [], reason: 'no step of the playbook qualifies' };
  await record(away, id, { type: 'diagnosed', at: T0, diagnosis, decision, skippedSteps: [] });
  // Alertmanager has lost Prometheus: its alert runs out, and it says "resolved".
  fixture.clock.set(T0 + 600_000);
  await receiveAlerts(away, [{ alert: { ...alert, status: 'resolved', endsAt: T0 + 600_000 }, subject }], new Map());
  fixture.clock.set(T0 + 620_000);
  expect(await confirmed(away)).toMatchObject({ state: { name: 'escalated' }, unseen: { since: T0 + 620_000 } });
  const lines = (await store.timeline(id)).map(({ message }) => message);
  expect(lines.at(-1)).toContain('nobody can see whether it is over');
  expect(lines.at(-1)).toContain("Prometheus can't be reached");
  // Prometheus is back, and it has been firing all the time: the same start.
  for (const hours of [0.3, 4, 24]) {
    fixture.clock.set(T0 + hours * 3_600_000);
    expect(
      await receiveAlerts(at({ metrics: { errors: 0.4, latency: 0.1 } }), [{ alert, subject }], new Map()),
    ).toEqual([id]);
  }
  expect((await store.listOpen(10)).map((one) => one.id)).toEqual([id]);
});
