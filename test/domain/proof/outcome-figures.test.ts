import { describe, expect, it } from 'vitest';
import { budgetOf, compared, type PastTrouble } from '../../../src/domain/proof/comparison.ts';
import { medianOf, shareOf } from '../../../src/domain/proof/intervals.ts';
import { figuresOf, statsOf, weekOf } from '../../../src/domain/proof/outcome-figures.ts';
import type { OutcomeRecord, OutcomeStep } from '../../../src/domain/proof/outcome-record.ts';
import { type PastFiring, troublesOf } from '../../../src/domain/proof/past-troubles.ts';
import { outcomeOf, stepOf } from './outcomes.ts';

const MINUTE = 60_000;
const many = (count: number, over: Partial<OutcomeRecord>): OutcomeRecord[] =>
  Array.from({ length: count }, (_, n) => outcomeOf({ id: `INC-${n}`, ...over }));

describe('a share', () => {
  it('of fewer than twenty cases is counted, and no percentage', () => {
    expect(shareOf(3, 19)).toEqual({ count: 3, of: 19, share: null, low: null, high: null });
  });
  it('has Wilson’s interval', () => {
    // Newcombe (1998), table I: 81 of 263 and 15 of 148.
    const one = shareOf(81, 263);
    expect([one.low, one.high].map((value) => value?.toFixed(4))).toEqual(['0.2553', '0.3662']);
    const other = shareOf(15, 148);
    expect([other.low, other.high].map((value) => value?.toFixed(4))).toEqual(['0.0624', '0.1605']);
    expect(shareOf(0, 20)).toMatchObject({ share: 0, low: 0 });
    expect(shareOf(29, 29)).toMatchObject({ share: 1, high: 1 });
  });
});

describe('a median', () => {
  it('has an interval between its own values, from six on', () => {
    expect(medianOf([])).toEqual({ n: 0, median: null, low: null, high: null });
    expect(medianOf([4, 1, 3, 2, 9])).toEqual({ n: 5, median: 3, low: null, high: null });
    expect(medianOf([1, 2, 3, 4, 5, 6])).toEqual({ n: 6, median: 3.5, low: 1, high: 6 });
    // Conover, Practical Nonparametric Statistics, table A3: of 20 from the 6th to the 15th.
    expect(medianOf(Array.from({ length: 20 }, (_, n) => n + 1))).toMatchObject({ low: 6, high: 15 });
    expect(medianOf(Array.from({ length: 5_001 }, (_, n) => n))).toMatchObject({ n: 5_001, median: 2_500, low: 2_430 });
  });
});

describe('figures', () => {
  it('keep what recovered by itself beside the shares, and never in them', () => {
    const figures = figuresOf([
      ...many(20, { outcome: 'healed', byPerson: false, called: null }),
      ...many(5, { outcome: 'false_alarm', byPerson: true }),
      ...many(100, { outcome: 'self_healed', byPerson: false, steps: [] }),
    ]);
    expect(figures).toMatchObject({ incidents: 125, judged: 25, recoveredByItself: 100 });
    expect(figures.falsePositives).toMatchObject({ count: 5, of: 25, share: 0.2 });
    expect(figures.withoutHuman).toMatchObject({ count: 20, of: 25, share: 0.8 });
  });

  it('count whom a phone rang for as a human, though he did nothing', () => {
    const called = { at: 0, inWorkingHours: false };
    const figures = figuresOf(many(20, { outcome: 'healed', byPerson: false, called }));
    expect(figures).toMatchObject({ called: 20, calledOutOfHours: 20, withoutHuman: { count: 0, of: 20 } });
  });

  it('say of a step that it worked only where that can be said', () => {
    const step = (over: Partial<OutcomeStep>) => outcomeOf({ steps: [stepOf(over)] });
    const { steps } = figuresOf([
      ...Array.from({ length: 20 }, () => step({ worked: true })),
      ...Array.from({ length: 20 }, () => step({ worked: null, verdict: 'unknown' })),
      ...Array.from({ length: 5 }, () => step({ worked: false, verdict: 'worse', undone: true })),
    ]);
    expect(steps).toMatchObject({
      tried: 45,
      worked: { count: 20, of: 25, share: 0.8 },
      undone: { count: 5, of: 45 },
      worse: { count: 5, of: 45 },
    });
  });

  it('take the time apart only of those whose every instant is known', () => {
    const { parts } = figuresOf([
      outcomeOf({ began: 0, noticed: 1, diagnosed: 3, recommended: 3, decided: 7, changed: 8, over: 20 }),
      outcomeOf({ diagnosed: null }),
    ]);
    expect(Object.values(parts).map(({ n, median }) => [n, median])).toEqual([
      ...[
        [1, 1],
        [1, 2],
        [1, 0],
        [1, 4],
        [1, 1],
        [1, 12],
      ],
    ]);
  });

  it('go by service, kind, action, playbook and week', () => {
    const at = Date.parse('2026-12-01T00:00:00Z');
    const stats = statsOf([outcomeOf({ over: at }), outcomeOf({ service: '__proto__', playbook: null, over: at })], {
      ...{ at, since: 0, until: at + 1 },
    });
    expect(Object.keys(stats.byService)).toEqual(['shop/__proto__', 'shop/payment-api']);
    expect(Object.keys(stats.byPlaybook)).toEqual(['crash_loop']);
    expect(Object.keys(stats.byWeek)).toEqual(['2026-11-30']);
    expect(Object.keys(stats.byAction)).toEqual(['rollback_deployment']);
    expect(['2026-11-29T23:59:59Z', '2026-11-30T00:00:00Z'].map((text) => weekOf(Date.parse(text)))).toEqual([
      ...['2026-11-23', '2026-11-30'],
    ]);
  });
});

describe('the time before Nightshift', () => {
  const firing = (
    name: string,
    from: number,
    to: number | null,
    service: string | null = 'payment-api',
  ): PastFiring => ({
    labels: { alertname: name, severity: 'critical' },
    ...{
      namespace: service === null ? null : 'shop',
      service,
      began: from * MINUTE,
      over: to === null ? null : to * MINUTE,
    },
  });
  it('is one trouble where alerts of a service overlap or nearly follow one another; what still fires is none', () => {
    const troubles = troublesOf(
      [
        ...[firing('A', 0, 30), firing('B', 10, 40), firing('A', 44, 50), firing('A', 60, 70)],
        ...[firing('C', 0, 5, 'cart-api'), firing('Watchdog', 0, 900), firing('A', 200, null), firing('B', 201, 210)],
      ],
      'prometheus',
    );
    expect(troubles.map(({ service, began, over }) => [service, began / MINUTE, over / MINUTE])).toEqual([
      ...[
        ['payment-api', 0, 50],
        ['cart-api', 0, 5],
        ['payment-api', 60, 70],
      ],
    ]);
  });
  it('is compared with the same services only', () => {
    const before: PastTrouble[] = troublesOf([firing('A', 0, 40)], 'prometheus');
    const after = [
      outcomeOf({ began: 0, over: 4 * MINUTE }),
      outcomeOf({ service: 'cart-api', began: 0, over: 90 * MINUTE }),
      outcomeOf({ proposal: true, outcome: 'lapsed', began: 0, over: 90 * MINUTE }),
    ];
    expect(compared(before, after)).toMatchObject({ before: { median: 40 * MINUTE }, after: { n: 1 }, faster: 0.9 });
    expect(compared([], after).faster).toBeNull();
  });
  it('tells what an objective was spared; only what hurt what is promised counts', () => {
    const records = [
      outcomeOf({ hurt: ['latency'], outcome: 'healed', began: 0, over: 5 * MINUTE }),
      outcomeOf({ hurt: ['latency'], outcome: 'healed_by_human', began: 0, over: 50 * MINUTE }),
      outcomeOf({ hurt: ['memory'], outcome: 'healed', began: 0, over: 5 * MINUTE }),
    ];
    expect(budgetOf(records, { latencyP99Seconds: 1 }, 30 * MINUTE)).toEqual({
      ...{ incidents: 2, spentMs: 55 * MINUTE, savedMs: 25 * MINUTE },
    });
    expect(budgetOf(records, { latencyP99Seconds: 1 }, null)?.savedMs).toBeNull();
    expect(budgetOf(records, undefined, null)).toBeNull();
  });
});
