import { describe, expect, it } from 'vitest';
import confirmGone from '../../src/pipeline/confirm-gone.ts';
import type { ClaimedEffect } from '../../src/pipeline/stage.ts';
import { alertOf, diagnosisOf, incidentOf, T0 } from '../domain/examples.ts';
import { type Around, lookingAt } from '../evidence/looking.ts';

const due: ClaimedEffect = {
  token: 't',
  id: 'e',
  incidentId: 'INC-1',
  gen: 1,
  attempt: 0,
  kind: 'confirm_gone',
  dueAt: T0,
};
const ended = alertOf({ status: 'resolved', endsAt: T0 });
const failing = diagnosisOf({
  issue: { kind: 'high_error_rate', severity: 0.4, unit: '', message: '' },
  measuredOn: 'payment-api',
});
const looked = (around: Around, over: Parameters<typeof incidentOf>[0] = {}) =>
  confirmGone.run(
    lookingAt(around),
    incidentOf({
      alerts: [ended],
      diagnosis: failing,
      state: { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 },
      ...over,
    }),
    due,
  );
const well = { latency: 0.04, errors: 0, memory: 0.4 };

describe('alerts that ended', () => {
  it('close an incident whose trouble is measured to be gone', async () => {
    expect((await looked({ metrics: well })).events).toMatchObject([{ type: 'resolved' }]);
  });
  it('close nothing while the trouble is there', async () => {
    expect(await looked({ metrics: { ...well, errors: 0.3 } })).toMatchObject({ events: [], againAt: T0 + 15_000 });
  });
  it.each([
    ['metrics can not be read', { metrics: 'unreachable' as const }],
    ['the API server can not be read', { metrics: well, workload: 'unreachable' as const }, 'crash_loop'],
    ['what showed it is not measured any more', { metrics: { ...well, errors: null } }],
  ])('close nothing while %s, and that is said, once', async (_what, around, kind = 'high_error_rate') => {
    const diagnosis = { ...failing, issue: { ...failing.issue, kind } };
    const first = await looked(around, { diagnosis });
    expect(first).toMatchObject({ events: [{ type: 'unseen' }], againAt: T0 + 15_000 });
    const again = await looked(around, { diagnosis, unseen: { since: T0, message: '' } });
    expect(again).toMatchObject({ events: [], againAt: T0 + 15_000 });
  });
  it('of something that nothing here measures close nothing: that is a person’s to say', async () => {
    const volume = await looked(
      { metrics: {}, workload: 'not_found' },
      { service: 'alert:KubePersistentVolumeFillingUp', diagnosis: null },
    );
    expect(volume.events).toMatchObject([{ type: 'unseen', message: expect.stringContaining('It stays open') }]);
  });
  it('of a workload that was deleted say so, and close nothing', async () => {
    const running = { namespace: 'shop', service: 'payment-api', at: T0, object: 'there' as const, vitals: {} };
    const gone = await looked(
      { metrics: well, workload: 'not_found' },
      { diagnosis: { ...failing, health: [running] } },
    );
    expect(gone.events).toMatchObject([
      { type: 'unseen', message: expect.stringContaining('payment-api was deleted') },
    ]);
  });
});
