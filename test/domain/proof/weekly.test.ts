import { describe, expect, it } from 'vitest';
import { checkBlocks } from '../../../sandbox/chat/block-kit/check.ts';
import { weeklyMessage } from '../../../src/adapters/slack/views/weekly.ts';
import { weeklyReport } from '../../../src/domain/proof/weekly.ts';
import { OFFICE_HOURS, weekBegin } from '../../../src/domain/proof/working-hours.ts';
import { outcomeOf, stepOf } from './outcomes.ts';

const MONDAY = Date.parse('2026-11-30T09:00:00Z');
const WEEK = 7 * 86_400_000;
const span = { from: MONDAY - WEEK, to: MONDAY };
const post = { channel: 'C1', ts: '1764500000.000100' };
const several = (count: number, over: Parameters<typeof outcomeOf>[0]) =>
  Array.from({ length: count }, (_, n) => outcomeOf({ id: `INC-${n + 1}`, post, ...over }));

describe('the weekly report', () => {
  it('is of nothing where nothing happened, or only proposals lapsed', () => {
    expect(weeklyReport([], [], span)).toBeNull();
    expect(weeklyReport([outcomeOf({ proposal: true, outcome: 'lapsed' })], [], span)).toBeNull();
  });

  it('names the incidents of each claim, each a link', () => {
    const called = { at: MONDAY - 8 * 3_600_000, inWorkingHours: false };
    const week = [
      ...several(3, {}),
      outcomeOf({ id: 'INC-9', post, service: 'cart-api', outcome: 'healed_by_human', byPerson: true, called }),
    ];
    const { text, blocks } = weeklyMessage(weeklyReport(week, week, span)!);
    expect(checkBlocks(blocks, 'message')).toBeNull();
    expect(text).toContain('healed: 3');
    expect(text).toContain('1 call out of working hours (<https://slack.com/archives/C1/p1764500000000100|INC-9>)');
    expect(text).toContain('`crash_loop` of shop/payment-api, 3 times (<https://slack.com/archives/C1/');
  });

  it('says what to change: a step that never works, and what fires in vain', () => {
    const vain = several(4, { steps: [stepOf({ action: 'restart_pod', verdict: 'unchanged', worked: false })] });
    const mild = several(5, { service: 'auth-api', outcome: 'self_healed', steps: [] });
    const report = weeklyReport(vain, [...vain, ...mild], span)!;
    expect(report.changes.map(({ kind }) => kind)).toEqual(['never_works', 'fires_in_vain']);
    const { text } = weeklyMessage(report);
    expect(text).toContain('`restart_pod` in the playbook `crash_loop` was tried 4 times and never worked');
    expect(text).toContain('shop/auth-api fires in vain: 5 of 5');
    const once = [...vain, outcomeOf({ steps: [stepOf({ action: 'restart_pod' })] })];
    expect(weeklyReport(vain, [...once, ...mild.slice(1)], span)?.changes).toEqual([]);
  });

  it('never lets outside text become markup', () => {
    const odd = several(4, { issue: '`<!channel>', service: '<!here>', steps: [stepOf({ worked: false })] });
    const { text } = weeklyMessage(weeklyReport(odd, odd, span)!);
    expect(text).not.toMatch(/<!/);
  });
});

describe('the beginning of the week', () => {
  it('is when work begins on its first working day, by the clocks there', () => {
    expect(weekBegin(OFFICE_HOURS, MONDAY)).toBe(MONDAY);
    expect(weekBegin(OFFICE_HOURS, MONDAY + WEEK - 9 * 3_600_000 - 1)).toBe(MONDAY);
    expect(weekBegin(OFFICE_HOURS, MONDAY - 9 * 3_600_000 - 1)).toBe(MONDAY - WEEK);
    const berlin = { ...OFFICE_HOURS, timezone: 'Europe/Berlin', days: [2, 3] };
    expect(weekBegin(berlin, Date.parse('2026-07-09T12:00:00Z'))).toBe(Date.parse('2026-07-07T07:00:00Z'));
    // The clocks went forward on the Sunday: 9 o'clock on that Tuesday was by winter time.
    expect(weekBegin(berlin, Date.parse('2026-03-29T12:00:00Z'))).toBe(Date.parse('2026-03-24T08:00:00Z'));
  });
});
