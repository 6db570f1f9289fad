import { describe, expect, it } from 'vitest';
import { type Evidence, type RankInput, rankCauses } from '../../src/analysis/rank.ts';

const NOW = 1_700_000_000_000;

function sign(entity: string, what: string, strength: number, extra: Partial<Evidence> = {}): Evidence {
  return { entity, kind: 'metric', strength, at: NOW - 300_000, what, message: `${what} of ${entity}`, ...extra };
}

function shop(evidence: Evidence[], extra: Partial<RankInput> = {}): RankInput {
  return {
    symptomService: 'web',
    entities: ['web', 'cart', 'orders', 'db', 'search'],
    edges: [
      { from: 'web', to: 'cart', weight: 1 },
      { from: 'cart', to: 'orders', weight: 1 },
      { from: 'orders', to: 'db', weight: 1 },
      { from: 'web', to: 'search', weight: 1 },
    ],
    evidence,
    at: NOW,
    ...extra,
  };
}

describe('rankCauses', () => {
  it('blames the deepest abnormal service that explains its callers', () => {
    const slow = ['web', 'cart', 'orders', 'db'].map((entity) => sign(entity, 'latency', 0.99));
    const ranking = rankCauses(shop([...slow, sign('search', 'latency', 0.05)]));
    expect(ranking.causes[0]?.entity).toBe('db');
    expect(ranking.named).toBe(true);
    expect(ranking.causes[0]?.reasons.join('; ')).toContain('depend on it');
  });

  it('blames the first that more load reaches, though another one behind it gives way', () => {
    const loaded = ['cart', 'orders', 'db'].map((entity) => sign(entity, 'traffic', 0.999));
    const slow = ['db', 'orders'].map((entity) => sign(entity, 'latency', 0.999));
    const calm = [sign('web', 'traffic', 0.1), sign('search', 'latency', 0.1)];
    const ranking = rankCauses(shop([...loaded, ...slow, ...calm], { symptomService: 'orders' }));
    expect(ranking.causes[0]?.entity).toBe('cart');
    expect(ranking.named).toBe(true);
  });

  it('counts load once that goes from one to the next, so that a busy hour outweighs no crash after a rollout', () => {
    const loaded = ['web', 'cart', 'orders', 'db', 'search'].map((entity) => sign(entity, 'traffic', 0.9995));
    const own = [
      sign('orders', 'crash_loop', 0.98, { kind: 'state' }),
      sign('orders', 'rollout', 0.95, { kind: 'change', at: NOW - 360_000 }),
    ];
    const ranking = rankCauses(shop([...loaded, ...own], { symptomService: 'orders' }));
    expect(ranking.causes[0]?.entity).toBe('orders');
    expect(ranking.causes[0]?.probability).toBeGreaterThan(0.6);
  });

  it('gives probabilities that sum to 1 with something else', () => {
    const ranking = rankCauses(
      shop([sign('web', 'errors', 0.97), sign('cart', 'latency', 0.8), sign('db', 'oom', 0.9)]),
    );
    const sum = ranking.causes.reduce((total, cause) => total + cause.probability, ranking.somethingElse);
    expect(sum).toBeCloseTo(1, 9);
    expect(ranking.causes).toHaveLength(5);
  });

  it('blames a service in the middle when what it calls is normal', () => {
    const ranking = rankCauses(
      shop([
        sign('web', 'errors', 0.99),
        sign('cart', 'errors', 0.99),
        sign('orders', 'errors', 0.02),
        sign('db', 'errors', 0.02),
      ]),
    );
    expect(ranking.causes[0]?.entity).toBe('cart');
  });

  it('still finds the culprit when the edge to it is not known', () => {
    const evidence = ['web', 'cart', 'orders', 'db'].map((entity) => sign(entity, 'latency', 0.99));
    const edges = shop([]).edges.filter((edge) => edge.to !== 'db');
    expect(rankCauses(shop(evidence, { edges })).causes[0]?.entity).toBe('db');
  });

  it('names nobody when nothing is abnormal', () => {
    const ranking = rankCauses(
      shop(['web', 'cart', 'orders', 'db', 'search'].map((entity) => sign(entity, 'latency', 0.1))),
    );
    expect(ranking.named).toBe(false);
    expect(ranking.somethingElse).toBeGreaterThan(ranking.causes[0]?.probability ?? 1);
  });

  it('names nobody when there is no evidence at all', () => {
    expect(rankCauses(shop([])).named).toBe(false);
  });

  it('lets a change just before the trouble decide between two equals, and ignores one that came after', () => {
    const both = [sign('web', 'errors', 0.99), sign('search', 'errors', 0.95), sign('cart', 'errors', 0.95)];
    const rollout = (entity: string, at: number) => sign(entity, 'rollout', 0.95, { kind: 'change', at });
    expect(rankCauses(shop([...both, rollout('cart', NOW - 360_000)])).causes[0]?.entity).toBe('cart');
    const after = rankCauses(shop([...both, rollout('cart', NOW - 100_000), rollout('search', NOW - 360_000)]));
    expect(after.causes[0]?.entity).toBe('search');
  });

  it('prefers the service that began first when the graph says nothing', () => {
    const evidence = [
      sign('web', 'latency', 0.99, { at: NOW - 60_000 }),
      sign('search', 'latency', 0.97, { at: NOW - 60_000 }),
      sign('db', 'latency', 0.97, { at: NOW - 900_000 }),
    ];
    expect(rankCauses(shop(evidence, { edges: [] })).causes[0]?.entity).toBe('db');
  });

  it('prefers the callee whose added waiting is enough to account for the front', () => {
    const evidence = [
      sign('web', 'latency', 0.99, { excess: 10 }),
      sign('cart', 'latency', 0.99, { excess: 10 }),
      sign('search', 'latency', 0.99, { excess: 0.5 }),
    ];
    expect(rankCauses(shop(evidence)).causes[0]?.entity).toBe('cart');
  });

  it('sees through an address to the service that stands behind it', () => {
    const evidence = ['web', 'search', 'lb.example'].map((entity) => sign(entity, 'latency', 0.99));
    const base = shop(evidence);
    const edges = [...base.edges, { from: 'web', to: 'lb.example', weight: 1 }];
    const ranking = rankCauses({
      ...base,
      entities: [...base.entities, 'lb.example'],
      edges,
      inferred: ['lb.example'],
    });
    expect(ranking.causes[0]?.entity).toBe('search');
  });

  it('survives call cycles, unknown entities, and numbers out of range', () => {
    const cycle = [
      { from: 'db', to: 'web', weight: 1 },
      { from: 'nowhere', to: 'db', weight: 1 },
    ];
    const evidence = [sign('web', 'latency', 7), sign('ghost', 'latency', 1), sign('db', 'latency', Number.NaN)];
    const base = shop(evidence);
    const ranking = rankCauses({ ...base, edges: [...base.edges, ...cycle] });
    expect(ranking.causes.every((cause) => Number.isFinite(cause.probability))).toBe(true);
  });

  it('keeps trouble with the front when its own pods crash and nobody else is touched', () => {
    const others = ['cart', 'orders', 'db', 'search'].map((entity) => sign(entity, 'latency', 0.08));
    const ranking = rankCauses(
      shop([...others, sign('web', 'latency', 0.1), sign('web', 'crash_loop', 0.98, { kind: 'state' })]),
    );
    expect(ranking.causes[0]?.entity).toBe('web');
    expect(ranking.named).toBe(true);
  });

  it('keeps memory that fills with its service while others, whom it does not call, are in trouble of their own', () => {
    const elsewhere = ['web', 'cart', 'orders', 'db'].map((entity) => sign(entity, 'latency', 0.9999));
    const own = [sign('search', 'memory', 0.999), sign('search', 'leak', 0.99, { kind: 'state' })];
    const calm = sign('search', 'latency', 0.1);
    const ranking = rankCauses(shop([...elsewhere, ...own, calm], { symptomService: 'search' }));
    expect(ranking.causes[0]?.entity).toBe('search');
    expect(ranking.named).toBe(true);
    expect(rankCauses(shop([...elsewhere, ...own, calm])).causes[0]?.entity).toBe('db');
  });

  it('names nobody for abnormal services while the front was looked at and is well', () => {
    const evidence = [sign('web', 'latency', 0.08), sign('orders', 'latency', 0.999), sign('db', 'latency', 0.999)];
    expect(rankCauses(shop(evidence)).named).toBe(false);
  });

  it('believes what happens to one service alone, though nothing is slow', () => {
    const others = ['web', 'orders', 'db', 'search'].map((entity) => sign(entity, 'latency', 0.1));
    const ranking = rankCauses(shop([...others, sign('cart', 'log pattern', 0.9999, { kind: 'log' })]));
    expect(ranking.causes[0]?.entity).toBe('cart');
    expect(ranking.causes[0]?.probability).toBeGreaterThan(0.5);
  });

  describe('known faults', () => {
    it('gives an availability alarm to who fails, not to who is a little slower', () => {
      const failing = ['web', 'search'].map((entity) => sign(entity, 'availability', 0.97));
      const slower = [sign('db', 'latency', 0.97)];
      const well = ['cart', 'orders', 'db'].map((entity) => sign(entity, 'availability', 0.1));
      const evidence = [...failing, ...slower, ...well, sign('search', 'latency', 0.1)];
      expect(rankCauses(shop(evidence, { alarm: 'availability' })).causes[0]?.entity).toBe('search');
      const both = [...slower, ...failing, sign('web', 'latency', 0.97)];
      const first = (alarm: string) => rankCauses(shop(both, { alarm })).causes[0]?.entity;
      expect([first('availability'), first('latency')]).toEqual(['search', 'db']);
    });

    it('takes whose metrics are missing for suspicious, not for innocent: its caller alone is not named', () => {
      const slow = ['web', 'cart', 'orders'].map((entity) => sign(entity, 'latency', 0.99, { size: 9 }));
      const calm = sign('search', 'latency', 0.1, { size: 0 });
      const seen = rankCauses(shop([...slow, calm, sign('db', 'latency', 0.1, { size: 0 })]));
      const unseen = rankCauses(shop([...slow, calm]));
      const of = ({ causes }: typeof seen, name: string) => causes.find(({ entity }) => entity === name)!.probability;
      expect(of(unseen, 'db')).toBeGreaterThan(3 * of(seen, 'db'));
      expect(of(unseen, 'orders')).toBeLessThan(of(seen, 'orders'));
    });

    it('decides a tie by who left its normal farthest, whatever the order of the list', () => {
      const cpu = (entity: string, size: number) => sign(entity, 'cpu', 1, { size });
      const evidence = [sign('web', 'latency', 0.99, { size: 6 }), cpu('cart', 8), cpu('search', 90)];
      const entities = ['web', 'cart', 'search'];
      const edges = entities.slice(1).map((to) => ({ from: 'web', to, weight: 1 }));
      for (const order of [entities, [...entities].reverse()])
        expect(rankCauses(shop(evidence, { entities: order, edges })).causes[0]?.entity).toBe('search');
    });

    it('takes failures of a caller for timeouts where who it calls has become as slow', () => {
      const slow = ['web', 'cart', 'orders', 'db'].map((entity) => sign(entity, 'latency', 1, { excess: 60 }));
      const failing = [sign('web', 'errors', 0.99, { excess: 1 }), sign('orders', 'errors', 1, { excess: 4 })];
      const evidence = [...slow, ...failing, sign('db', 'errors', 0.1, { excess: 0 })];
      expect(rankCauses(shop(evidence)).causes[0]?.entity).toBe('db');
    });

    it('tells services of similar names apart', () => {
      const entities = ['web', 'travel', 'travel2', 'travel-plan'];
      const edges = entities.slice(1).map((to) => ({ from: 'web', to, weight: 1 }));
      const evidence = [sign('web', 'latency', 0.99), sign('travel2', 'latency', 0.99), sign('travel', 'latency', 0.1)];
      const { causes } = rankCauses(shop(evidence, { entities, edges }));
      expect(causes[0]?.entity).toBe('travel2');
      expect(causes.find(({ entity }) => entity === 'travel')?.probability).toBeLessThan(0.05);
    });

    it('believes who felt the trouble, though the numbers of the front look well', () => {
      const evidence = [sign('web', 'latency', 0.08), sign('db', 'log pattern', 0.9999, { kind: 'log' })];
      expect(rankCauses(shop(evidence)).named).toBe(false);
      expect(rankCauses(shop(evidence, { told: true })).named).toBe(true);
    });
  });
});

describe('an alarm that pods are not there', () => {
  const scene = {
    symptomService: 'web',
    entities: ['web', 'db'],
    edges: [{ from: 'web', to: 'db', weight: 1 }],
    at: 0,
    evidence: [
      { entity: 'web', kind: 'state' as const, what: 'not_ready', strength: 0.9, at: 0, message: '1 pod not ready' },
      { entity: 'web', kind: 'metric' as const, what: 'latency', strength: 0.9, at: 0, message: 'slow' },
      { entity: 'db', kind: 'metric' as const, what: 'latency', strength: 0.97, at: 0, message: 'slow' },
    ],
  };
  const share = (alarm: string) =>
    rankCauses({ ...scene, alarm }).causes.find(({ entity }) => entity === 'web')?.probability ?? 0;

  it('is seldom brought by those who are called', () => {
    expect(share('absence')).toBeGreaterThan(2 * share('latency'));
  });
});
