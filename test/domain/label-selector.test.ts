import { expect, it } from 'vitest';
import { holds, selects } from '../../src/domain/label-selector.ts';

it('matches as Kubernetes does, and nothing by an operator that it doesn’t know', () => {
  const labels = { app: 'web', tier: 'front' };
  const by = (key: string, operator: string, ...values: string[]) =>
    selects({ matchLabels: {}, matchExpressions: [{ key, operator, values }] }, labels);
  expect(selects({ matchLabels: { app: 'web' }, matchExpressions: [] }, labels)).toBe(true);
  expect(selects({ matchLabels: { app: 'api' }, matchExpressions: [] }, labels)).toBe(false);
  expect([by('app', 'In', 'web', 'x'), by('app', 'In', 'x'), by('no', 'In', 'x')]).toEqual([true, false, false]);
  expect([by('app', 'NotIn', 'x'), by('no', 'NotIn', 'x'), by('app', 'NotIn', 'web')]).toEqual([true, true, false]);
  expect([by('app', 'Exists'), by('no', 'Exists'), by('no', 'DoesNotExist'), by('app', 'Like', '1')]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
it('compares the numbers of nodes’ labels', () => {
  const labels = { cores: '8', zone: 'a' };
  const by = (key: string, operator: string, value: string) => holds({ key, operator, values: [value] }, labels);
  expect([by('cores', 'Gt', '4'), by('cores', 'Gt', '8'), by('cores', 'Lt', '16')]).toEqual([true, false, true]);
  expect([by('zone', 'Gt', '4'), by('no', 'Lt', '4')]).toEqual([false, false]);
});
