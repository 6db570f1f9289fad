import { expect, it } from 'vitest';
import { convictedBehind } from '../../src/analysis/rank-convicted.ts';
import type { Evidence } from '../../src/analysis/rank-types.ts';

const ENTITIES = ['front', 'payments', 'ledger', 'mailer'];
const EDGES = [
  { from: 'front', to: 'payments', weight: 1 },
  { from: 'payments', to: 'ledger', weight: 1 },
  { from: 'ledger', to: 'payments', weight: 1 },
];
const seen = (entity: string, kind: Evidence['kind'], what: string): Evidence => ({
  ...{ entity, kind, what, strength: 0.99, at: null, message: '' },
});
const rank = (...evidence: Evidence[]) => convictedBehind([0.01, 0.95, 0.03, 0.01], ENTITIES, EDGES, evidence);
const loud = [seen('payments', 'metric', 'errors'), seen('payments', 'log', 'errors')];

it('blames who is convicted behind the one that only shows it', () => {
  expect(rank(...loud, seen('ledger', 'conviction', 'node_cordoned'))).toEqual([0.01, 0.03, 0.95, 0.01]);
  expect(rank(...loud, seen('payments', 'state', 'deadlock'), seen('ledger', 'conviction', 'zero_replicas'))).toEqual([
    0.01, 0.03, 0.95, 0.01,
  ]);
});

it('leaves who has a change or a state of its own, and does not look at those that it does not call', () => {
  const convicted = seen('ledger', 'conviction', 'node_cordoned');
  expect(rank(...loud, seen('payments', 'change', 'rollout'), convicted)[1]).toBe(0.95);
  expect(rank(...loud, seen('payments', 'conviction', 'config_invalid'), convicted)[1]).toBe(0.95);
  expect(rank(...loud, seen('mailer', 'conviction', 'node_cordoned'))[1]).toBe(0.95);
  expect(rank(...loud)[1]).toBe(0.95);
});
