import { describe, expect, it } from 'vitest';
import { compare, liveDecision, liveFor } from '../../src/backtest/agreement.ts';
import { type RecordedIncident, readRecordedIncident } from '../../src/backtest/recorded-incident.ts';
import type { Row } from '../../src/backtest/rows.ts';
import { newIncident } from '../../src/domain/group.ts';

const AT = Date.UTC(2026, 5, 4, 18);
const MINUTE = 60_000;
const SUBJECT = { cluster: 'c', namespace: 'shop', service: 'api' };

function recorded(more: Record<string, unknown>): RecordedIncident {
  const read = readRecordedIncident({
    ...{ id: 'INC-1', ...SUBJECT, state: 'closed', outcome: 'healed', diagnosis: null },
    ...{ openedAt: AT, closedAt: AT + 5 * MINUTE },
    ...more,
  });
  if (!read.ok) throw new Error(read.message);
  return read.incident;
}
const decided = (to: string, message: string) => ({ at: AT, type: 'diagnosed', from: 'noticed', to, message });
const row = (decision: Row['decision'], step: Partial<NonNullable<Row['step']>> | null): Row => ({
  ...{ id: 'INC-1', at: AT, namespace: 'shop', service: 'api', alerts: [], cause: null, skippedSteps: [], looks: 1 },
  issue: { kind: 'crash_loop', severity: 3, unit: 'restarts', message: '' },
  ...{ decision, decidedAt: AT, reason: 'because', needless: null, ending: { how: 'unknown', afterMs: null } },
  step: step && {
    ...{ action: 'restart_pod', target: 'api', summary: 'Restart pod api-1', confidence: 0.9, blastRadius: 'low' },
    ...{ assumed: false, runsAt: null },
    ...step,
  },
});

describe('what was decided live', () => {
  it('is the first time that it acted, asked or called a person', () => {
    const incident = recorded({
      timeline: [
        decided('watching', 'Watching: not severe'),
        decided('escalated', 'Needs a person'),
        decided('queued', ''),
      ],
    });
    expect(liveDecision(incident)).toMatchObject({ kind: 'escalate', action: null });
    expect(compare(row('escalate', null), liveDecision(incident)).agrees).toBe(true);
    expect(compare(row('auto', {}), liveDecision(incident))).toMatchObject({
      agrees: false,
      difference: 'live: escalate; here: auto restart_pod (90 %). because',
    });
  });

  it('is what it would have done while it only observed', () => {
    const message = 'api keeps crashing. Watching: observe mode: would restart pod api-1';
    const live = liveDecision(recorded({ timeline: [decided('watching', message)] }));
    expect(live).toMatchObject({ kind: 'would', action: 'restart pod api-1' });
    expect(compare(row('ask', {}), live).agrees).toBe(true);
    expect(compare(row('auto', { summary: 'Restart pod api-2' }), live).agrees).toBe(false);
    expect(compare(row('escalate', null), live).agrees).toBe(false);
  });

  it('is nothing while it only watched', () => {
    const live = liveDecision(recorded({ timeline: [decided('watching', 'Watching: not severe')] }));
    expect(live.kind).toBe('watched');
    expect(compare(row('hold', null), live).agrees).toBe(true);
  });
});

describe('the live incident about the same trouble', () => {
  const here = { ...newIncident('INC-9', SUBJECT, AT + MINUTE, null), closedAt: AT + 4 * MINUTE };

  it('is that of the same service at that time, whatever its number', () => {
    const other = recorded({ id: 'INC-9', openedAt: AT - 600 * MINUTE, closedAt: AT - 590 * MINUTE });
    const same = recorded({ id: 'INC-1' });
    expect(liveFor(here, [other, same], false)?.id).toBe('INC-1');
    expect(liveFor(here, [other], false)).toBeNull();
    expect(liveFor(here, [other, same], true)?.id).toBe('INC-9');
  });
});
