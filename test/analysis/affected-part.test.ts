import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affectedPart } from '../../src/analysis/affected-part.ts';
import { type Evidence, type RankInput, rankCauses } from '../../src/analysis/rank.ts';

const NOW = 10_000_000;
const seen = (entity: string, what: string, strength: number, over: Partial<Evidence> = {}): Evidence => ({
  entity,
  kind: 'metric',
  strength,
  at: NOW - 300_000,
  what,
  message: `${what} of ${entity}`,
  ...over,
});
const calls = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to, weight: 1 };
  });

/** web calls checkout, which calls payment, which calls ledger: ledger was rolled out and is slow, and so are those above it. */
const CHAIN: RankInput = {
  symptomService: 'web',
  entities: ['web', 'checkout', 'payment', 'ledger', 'mail', 'cart', 'lonely'],
  edges: calls('web>checkout', 'checkout>payment', 'payment>ledger', 'payment>mail', 'web>cart'),
  evidence: [
    seen('ledger', 'latency', 0.99),
    seen('ledger', 'rollout', 0.9, { kind: 'change', at: NOW - 400_000, message: 'a long sentence about revision 14' }),
    seen('payment', 'latency', 0.99),
    seen('web', 'latency', 0.99),
    seen('checkout', 'latency', 0.2),
    seen('cart', 'latency', 0.05),
    seen('lonely', 'latency', 0.04),
    seen('mail', 'rollout', 0.7, { kind: 'change' }),
  ],
  at: NOW,
};
const partOf = (input: RankInput) => affectedPart(input, rankCauses(input));
const nodeOf = (input: RankInput, name: string) => partOf(input).nodes.find((node) => node.name === name);

describe('the affected part', () => {
  it('leads from what hurts along the calls to the cause, over those that look well', () => {
    const part = partOf(CHAIN);
    expect(part.nodes.map((node) => node.name).slice(0, 4)).toEqual(['web', 'ledger', 'checkout', 'payment']);
    expect(part.edges).toContainEqual({ from: 'checkout', to: 'payment' });
    expect(part.nodes.map((node) => node.name)).not.toContain('lonely');
  });

  it('says of each what was seen, in few words, and whether it hurts or is to blame', () => {
    expect(nodeOf(CHAIN, 'web')).toMatchObject({ isSymptom: true, cause: false, health: 'abnormal' });
    const ledger = nodeOf(CHAIN, 'ledger');
    expect(ledger).toMatchObject({ isSymptom: false, cause: true, health: 'abnormal' });
    expect(ledger?.signs).toEqual(['latency of ledger', 'rollout']);
    expect(ledger?.probability).toBe(rankCauses(CHAIN).causes[0]?.probability);
    expect(nodeOf(CHAIN, 'cart')).toMatchObject({ health: 'normal', signs: [], probability: null });
  });

  it('tells apart what is well, what was only changed, and what nobody could look at', () => {
    const unseen = { ...CHAIN, evidence: CHAIN.evidence.filter((item) => item.entity !== 'cart') };
    expect(nodeOf(CHAIN, 'mail')?.health).toBe('changed');
    expect(nodeOf(unseen, 'cart')?.health).toBe('unknown');
  });

  it('marks nobody as the cause when none is named', () => {
    const quiet = { ...CHAIN, evidence: [seen('web', 'latency', 0.55)] };
    expect(rankCauses(quiet).named).toBe(false);
    expect(partOf(quiet).nodes.some((node) => node.cause)).toBe(false);
  });

  it('stays legible however many are red: at most 12, and says how many it left out', () => {
    const many = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const input: RankInput = {
      symptomService: 'web',
      entities: ['web', 'db', ...many],
      edges: [...many.flatMap((name) => calls(`web>${name}`, `${name}>db`))],
      evidence: [...['web', 'db', ...many].map((name) => seen(name, 'latency', 0.99))],
      at: NOW,
    };
    const part = partOf(input);
    expect(part.nodes).toHaveLength(12);
    expect(part.more).toBe(30);
    expect(part.nodes.map((node) => node.name)).toContain('db');
  });

  it('is whole for any graph: edges only between its boxes, each box once, circles too', () => {
    const name = fc.constantFrom('web', ...'abcdefghijklmnop');
    const edge = fc.record({ from: name, to: name, weight: fc.constantFrom(0, 0.2, 0.7, 1) });
    const evidence = fc.record({
      entity: name,
      strength: fc.constantFrom(0, 0.3, 0.6, 0.99, Number.NaN),
      kind: fc.constantFrom<Evidence['kind']>('metric', 'change', 'state'),
    });
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 60 }), fc.array(evidence, { maxLength: 30 }), (edges, told) => {
        const input: RankInput = {
          symptomService: 'web',
          entities: ['web', ...'abcdefghijklmnop'],
          edges,
          evidence: told.map((one) => seen(one.entity, 'latency', one.strength, { kind: one.kind })),
          at: NOW,
        };
        const part = partOf(input);
        const names = part.nodes.map((node) => node.name);
        expect(names[0]).toBe('web');
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeLessThanOrEqual(12);
        for (const { from, to } of part.edges)
          expect([names.includes(from), names.includes(to), from !== to]).toEqual([true, true, true]);
        expect(new Set(part.edges.map(({ from, to }) => `${from}>${to}`)).size).toBe(part.edges.length);
      }),
      { numRuns: 300 },
    );
  });
});
