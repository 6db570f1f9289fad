import { describe, expect, it } from 'vitest';
import { eventsOfAlerts, eventsOfIncidents, openedEvents, resultsOf } from '../../src/backtest/past-events.ts';
import { type RecordedIncident, readRecordedIncident } from '../../src/backtest/recorded-incident.ts';
import type { Alert } from '../../src/domain/types/alert.ts';

const AT = Date.UTC(2026, 5, 4, 18);
const MINUTE = 60_000;
const SUBJECT = { cluster: 'c', namespace: 'shop', service: 'api' };

const alert = (fingerprint: string, from: number, to: number | null): Alert => ({
  ...{
    fingerprint,
    name: 'Hot',
    labels: { alertname: 'Hot' },
    annotations: {},
    generatorUrl: '',
    source: 'alertmanager',
  },
  ...{ status: to === null ? 'firing' : 'resolved', startsAt: AT + from * MINUTE },
  endsAt: to === null ? null : AT + to * MINUTE,
});
function recorded(alerts: Alert[], more: Record<string, unknown> = {}): RecordedIncident {
  const read = readRecordedIncident({
    ...{ id: 'INC-1', ...SUBJECT, state: 'closed', outcome: 'healed', alertDetails: alerts },
    ...{ openedAt: AT, closedAt: AT + 30 * MINUTE },
    diagnosis: {
      ...{ at: AT + 5 * MINUTE, causes: [], somethingElse: 1, named: false, findings: [], measured: true },
      issue: { kind: 'crash_loop', severity: 3, unit: 'restarts', message: '' },
    },
    ...more,
  });
  if (!read.ok) throw new Error(read.message);
  return read.incident;
}

describe('alerts of the past', () => {
  it('are heard as they began and as they ended, those of one instant together', () => {
    const events = eventsOfAlerts(
      [alert('a', 0, 10), alert('b', 0, null)].map((one) => ({ alert: one, subject: SUBJECT })),
    );
    expect(events).toMatchObject([
      { at: AT, received: [{ alert: { status: 'firing', endsAt: null } }, { alert: { status: 'firing' } }] },
      { at: AT + 10 * MINUTE, received: [{ alert: { fingerprint: 'a', status: 'resolved' } }] },
    ]);
  });

  it('of an incident are not heard before it was opened', () => {
    const events = eventsOfIncidents([recorded([alert('a', -3, 10)])], () => SUBJECT);
    expect(events.map(({ at }) => at)).toEqual([AT, AT + 10 * MINUTE]);
  });
});

describe('an incident as it was grouped', () => {
  it('knows at its diagnosis only what had been heard by then', () => {
    const [opened, ...more] = openedEvents(recorded([alert('over', 0, 3), alert('on', 1, 20), alert('later', 8, 25)]));
    expect(opened).toMatchObject({
      at: AT,
      diagnoseAt: AT + 5 * MINUTE,
      incident: {
        alerts: [
          { fingerprint: 'over', status: 'resolved' },
          { fingerprint: 'on', status: 'firing', endsAt: null },
        ],
      },
    });
    expect(more.map(({ at }) => (at - AT) / MINUTE)).toEqual([8, 20, 25, 30]);
  });

  it('has spent the steps that were taken before, and not the one that followed', () => {
    const step = (id: string, from: number) => ({
      ...{
        id,
        authority: { by: 'auto' },
        startedAt: AT + from * MINUTE,
        finishedAt: AT + (from + 1) * MINUTE,
        result: 'done',
      },
      recommendation: {
        ...{ issue: 'crash_loop', step: { action: id } },
        plan: {
          ...{ action: id, summary: '', reversible: true, blastRadius: { level: 'low' } },
          target: { name: 'api', uid: 'u' },
        },
      },
      verification: { verdict: 'recovered', at: AT + (from + 3) * MINUTE },
    });
    const incident = recorded([], { executions: [step('first', 1), step('second', 6)] });
    expect(openedEvents(incident)[0]).toMatchObject({
      incident: { attempted: ['first@u'], executions: [{ id: 'first' }] },
    });
    expect(resultsOf([incident])).toEqual([
      { key: 'crash_loop/first', at: AT + 4 * MINUTE, worked: true },
      { key: 'crash_loop/second', at: AT + 9 * MINUTE, worked: true },
    ]);
  });
});
