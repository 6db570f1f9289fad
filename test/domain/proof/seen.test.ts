import { describe, expect, it } from 'vitest';
import { calibrationOf, overConfidence } from '../../../src/domain/proof/reliability.ts';
import { withoutRelapses } from '../../../src/domain/proof/repeats.ts';
import { knownOf, relapseOf } from '../../../src/domain/proof/seen.ts';
import { outcomeOf, stepOf } from './outcomes.ts';

const DAY = 86_400_000;
/** Healed at the end of that day, after a minute. */
const healedOn = (day: number, over: Parameters<typeof outcomeOf>[0] = {}) =>
  outcomeOf({ id: `INC-${day}`, began: day * DAY - 60_000, over: day * DAY, ...over });
const now = (day: number) => ({ ...healedOn(day), began: day * DAY });

describe('the same trouble', () => {
  it('is told with what was done the last time, and what helped', () => {
    const { seen } = knownOf(now(60), [healedOn(2), healedOn(40)], 60 * DAY);
    expect(seen).toEqual({
      ...{ times: 2, repeats: 0, last: 'INC-40', at: 40 * DAY, outcome: 'healed' },
      ...{ tried: ['rollback_deployment'], helped: ['rollback_deployment'] },
    });
    expect(relapseOf(now(60), [healedOn(2), healedOn(40)])).toBeNull();
  });

  it('is of the same cause at the same place; without a cause of the same kind and service', () => {
    const other = { what: 'leak', kind: 'Deployment', namespace: 'shop', name: 'payment-api' };
    expect(knownOf(now(5), [healedOn(2, { cause: other })], 5 * DAY).seen).toBeNull();
    const unnamed = { cause: null, issue: 'high_latency' };
    expect(knownOf({ ...now(5), ...unnamed }, [healedOn(2, unnamed)], 5 * DAY).seen?.times).toBe(1);
    expect(knownOf({ ...now(5), cause: null, issue: 'unknown' }, [healedOn(2, unnamed)], 5 * DAY).seen).toBeNull();
    const elsewhere = { ...unnamed, service: 'cart-api' };
    expect(knownOf({ ...now(5), ...unnamed }, [healedOn(2, elsewhere)], 5 * DAY).seen).toBeNull();
  });

  it('that comes back within a week of being healed counts against the step that healed it', () => {
    expect(knownOf(now(9), [healedOn(2)], 9 * DAY).seen?.repeats).toBe(1);
    expect(relapseOf(now(9), [healedOn(2)])).toEqual({
      ...{ id: 'INC-2', actions: ['rollback_deployment'], issue: 'crash_loop' },
    });
    expect(knownOf(now(10), [healedOn(2)], 10 * DAY).seen?.repeats).toBe(0);
    expect(relapseOf(now(9), [healedOn(2, { outcome: 'healed_by_human' })])).toBeNull();
    const [first, last] = withoutRelapses([healedOn(9), healedOn(2)]);
    expect([first?.id, first?.steps[0]?.worked]).toEqual(['INC-2', false]);
    expect(last?.steps[0]?.worked).toBe(true);
  });

  it('after the third time asks for a ticket instead of healing silently', () => {
    expect(knownOf(now(7), [healedOn(2), healedOn(5)], 7 * DAY)).toMatchObject({ seen: { repeats: 2 }, mustAsk: null });
    const third = knownOf(now(9), [healedOn(2), healedOn(5), healedOn(7)], 9 * DAY);
    expect(third.seen?.repeats).toBe(3);
    expect(third.mustAsk).toContain('ticket');
  });
});

describe('confidence against what came true', () => {
  const said = (confidence: number, worked: boolean[]) =>
    worked.map((one) => outcomeOf({ steps: [stepOf({ confidence, worked: one, at: 100 * DAY })] }));
  const of = (good: number, bad: number) => [...Array<boolean>(good).fill(true), ...Array<boolean>(bad).fill(false)];

  it('is counted by what was shown, with its interval', () => {
    const { bins, error, skill, steps } = calibrationOf([...said(0.95, of(38, 2)), ...said(0.65, of(13, 7))]);
    expect(steps).toBe(60);
    expect(bins.filter(({ shown }) => shown !== null).map(({ from, worked }) => [from, worked.share])).toEqual([
      ...[
        [0.6, 0.65],
        [0.9, 0.95],
      ],
    ]);
    expect(error).toBeCloseTo(0, 9);
    expect(skill).toBeGreaterThan(0);
    expect(calibrationOf(said(0.95, of(0, 30))).error).toBeCloseTo(0.95, 9);
    expect(calibrationOf(said(0.95, of(5, 5)))).toMatchObject({ error: null, skill: null });
    expect(calibrationOf(said(1, of(20, 0))).bins.at(-1)?.worked.of).toBe(20);
  });

  it('makes a service be asked about again where the steps promised clearly more than they kept', () => {
    expect(overConfidence(said(0.95, of(4, 6)), 100 * DAY)).toContain('promised 95 % and 40 %');
    expect(overConfidence(said(0.95, of(9, 1)), 100 * DAY)).toBeNull();
    expect(overConfidence(said(0.95, of(2, 4)), 100 * DAY)).toBeNull();
    const old = said(0.95, of(2, 6)).map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, at: 0 })) }));
    expect(overConfidence([...old, ...said(0.95, of(20, 0))], 100 * DAY)).toBeNull();
    expect(knownOf({ ...now(100), cause: null, issue: null }, said(0.95, of(4, 6)), 100 * DAY).mustAsk).toContain(
      'asks',
    );
  });
});
