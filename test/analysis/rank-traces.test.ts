import { describe, expect, it } from 'vitest';
import { rankCauses } from '../../src/analysis/rank.ts';
import {
  addTiming,
  callEvidence,
  type EdgePair,
  emptyTiming,
  networkPairs,
  riseOf,
  type Timing,
  timingEvidence,
} from '../../src/analysis/rank-traces.ts';

function timing(...durationsMs: number[]): Timing {
  const sum = emptyTiming();
  for (const duration of durationsMs) addTiming(sum, duration);
  return sum;
}

const base = { entity: 'orders', what: 'latency', baselineJitter: 0.2, at: 5, resolutionMs: 60_000, seconds: 60 };
const tens = timing(9, 10, 11, 10, 12, 10, 9, 10);

describe('timingEvidence', () => {
  it('is strong for operations that take several times as long, with the waiting that they added', () => {
    const evidence = timingEvidence({
      ...base,
      pairs: [{ name: 'get', normal: tens, incident: timing(100, 110, 90, 100) }],
    })!;
    expect(evidence.strength).toBeGreaterThan(0.95);
    expect(evidence.excess).toBeCloseTo(0.36 / 60, 3);
  });

  it('compares each operation with itself: more slow ones called are no slowness', () => {
    const slow = timing(200, 210, 190, 200);
    const pairs = [
      { name: 'quick', normal: tens, incident: timing(10) },
      { name: 'slow', normal: slow, incident: timing(200, 210, 190, 205, 195, 200) },
    ];
    expect(Math.abs(riseOf(pairs)!.rise)).toBeLessThan(0.1);
    expect(timingEvidence({ ...base, pairs })!.strength).toBeLessThan(0.5);
  });

  it('says nothing of operations that were never seen in the normal time', () => {
    expect(timingEvidence({ ...base, pairs: [{ name: 'new', normal: emptyTiming(), incident: tens }] })).toBeNull();
  });
});

describe('networkPairs', () => {
  const edge = (from: string, to: string, incident: Timing): EdgePair => ({
    from,
    to,
    normal: timing(3, 3, 3, 3),
    incident,
  });
  const slow = timing(900, 1000, 1100);
  const quick = timing(3, 3, 3);

  it('blames the callee when only the calls to it are slow', () => {
    const pairs = networkPairs([
      edge('a', 'x', slow),
      edge('b', 'x', slow),
      edge('a', 'y', quick),
      edge('b', 'y', quick),
    ]);
    expect(riseOf(pairs.get('x')!.inbound)!.rise).toBeGreaterThan(4);
    expect(riseOf(pairs.get('y')!.inbound)!.rise).toBeLessThan(0.1);
    expect(pairs.get('a')?.outbound ?? []).toEqual([]);
  });

  it('blames the caller when all that it calls is slow to it', () => {
    const pairs = networkPairs([edge('a', 'x', slow), edge('a', 'y', slow), edge('a', 'z', slow)]);
    expect(riseOf(pairs.get('x')!.inbound)!.rise).toBeLessThan(0.1);
    expect(riseOf(pairs.get('a')!.outbound)!.rise).toBeGreaterThan(4);
  });
});

describe('callEvidence', () => {
  const always = [{ hits: 20, chances: 20 }];
  const never = [{ hits: 0, chances: 20 }];

  it('finds a call that is no longer made', () => {
    const [evidence] = callEvidence(
      'orders',
      [{ operation: 'create', callee: 'db insert', normal: always, incident: { hits: 0, chances: 15 } }],
      1,
    );
    expect(evidence?.what).toBe('calls');
    expect(evidence?.strength).toBeGreaterThan(0.95);
    expect(evidence?.message).toContain('stopped calling db insert');
  });

  it('takes an error handler that is called less for recovery, and one that is called more for trouble', () => {
    const calls = (normal: typeof always, hits: number) =>
      callEvidence(
        'orders',
        [{ operation: 'create', callee: 'ErrorController.error', normal, incident: { hits, chances: 15 } }],
        1,
      );
    expect(calls(always, 0)).toEqual([]);
    expect(calls(never, 15)).toMatchObject([{ what: 'errors', strength: 0.9 }]);
  });

  it('takes an error handler for a symptom, which a caller has from whom it calls: it convicts nobody', () => {
    const ends = (callee: string) => ({
      operation: 'create',
      callee,
      normal: never,
      incident: { hits: 15, chances: 15 },
    });
    const evidence = [
      ...callEvidence('orders', [ends('ErrorController.error')], 1),
      ...callEvidence('stock', [ends('ErrorController.error')], 1),
    ];
    const entities = ['front', 'orders', 'stock'];
    const edges = [
      { from: 'front', to: 'orders', weight: 1 },
      { from: 'orders', to: 'stock', weight: 1 },
    ];
    const { causes } = rankCauses({ symptomService: 'front', entities, edges, evidence, at: 10 });
    expect(causes[0]?.entity).toBe('stock');
  });
});
