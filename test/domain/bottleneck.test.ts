import { describe, expect, it } from 'vitest';
import { bottleneckAfter, nextInLine, remediationTarget } from '../../src/domain/bottleneck.ts';
import type { Cause } from '../../src/domain/types/diagnosis.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';

const entity = (name: string): EntityRef => ({ kind: 'Deployment', namespace: 'shop', name });
const cause = (name: string, probability: number, what = 'overload'): Cause => ({
  entity: entity(name),
  what,
  probability,
  reasons: [`latency of ${name}`],
});
/** front → api → db, and front → side. */
const EDGES = [
  { from: 'front', to: 'api' },
  { from: 'api', to: 'db' },
  { from: 'front', to: 'side' },
];
const CAUSES = [cause('front', 0.9), cause('api', 0.06), cause('db', 0.03)];
const relieved =
  (...names: string[]) =>
  (one: EntityRef) =>
    names.includes(one.name);

describe('a bottleneck', () => {
  it('stays with the cause until that has more to work with', () => {
    expect(bottleneckAfter(CAUSES, EDGES, 'front', relieved())).toBeUndefined();
    expect(bottleneckAfter(CAUSES, EDGES, 'front', relieved('api'))).toBeUndefined();
  });

  it('moves on to the likeliest one below, as sure as the cause was', () => {
    expect(bottleneckAfter(CAUSES, EDGES, 'front', relieved('front'))).toEqual({ ...CAUSES[1], probability: 0.9 });
    expect(bottleneckAfter(CAUSES, EDGES, 'front', relieved('front', 'api'))).toMatchObject({ entity: entity('db') });
  });

  it('is looked for at the one that the incident is about only when there is no other', () => {
    expect(bottleneckAfter(CAUSES, EDGES, 'api', relieved('front'))).toMatchObject({ entity: entity('db') });
    expect(bottleneckAfter(CAUSES.slice(0, 2), EDGES, 'api', relieved('front'))).toMatchObject({
      entity: entity('api'),
    });
  });

  it('is followed twice: then a person is called', () => {
    expect(
      bottleneckAfter([...CAUSES, cause('side', 0.01)], EDGES, 'front', relieved('front', 'api', 'db')),
    ).toBeUndefined();
  });

  it('is never at one that has another trouble, or that the cause does not call', () => {
    const others = [cause('front', 0.9), cause('api', 0.06, 'rollout'), cause('stranger', 0.03)];
    expect(bottleneckAfter(others, EDGES, 'front', relieved('front'))).toBeUndefined();
  });

  it('follows only from an overload, and not when nothing is known', () => {
    expect(
      bottleneckAfter([cause('front', 0.9, 'latency'), cause('api', 0.1)], EDGES, 'front', relieved('front')),
    ).toBeUndefined();
    expect(bottleneckAfter([], EDGES, 'front', relieved('front'))).toBeUndefined();
  });

  it('ends where calls go in a circle', () => {
    const circle = [...EDGES, { from: 'db', to: 'front' }];
    expect(bottleneckAfter([cause('front', 0.9)], circle, 'front', relieved('front'))).toBeUndefined();
  });

  it('is what a step is for, while the cause stays what it was', () => {
    const [first, second] = CAUSES;
    expect(remediationTarget({ named: true, causes: CAUSES, bottleneck: second! })).toBe(second);
    expect(remediationTarget({ named: true, causes: CAUSES })).toBe(first);
    expect(remediationTarget({ named: false, causes: CAUSES })).toBeUndefined();
  });

  it('is next where nobody below it is jammed, too; many at once are none', () => {
    expect(nextInLine(new Set(['api', 'db']), EDGES)).toEqual(['db']);
    expect(nextInLine(new Set(['api', 'side']), EDGES)).toEqual(['api', 'side']);
    expect(nextInLine(new Set(['db', 'side', 'stranger']), EDGES)).toEqual([]);
  });
});
