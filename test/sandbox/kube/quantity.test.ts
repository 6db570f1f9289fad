import { describe, expect, it } from 'vitest';
import { canonicalQuantity, cpuQuantity, memoryQuantity, parseQuantity } from '../../../sandbox/kube/quantity.ts';

describe('quantities', () => {
  it.each([
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['0.5', '500m'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['2.5Gi', '2560Mi'],
    ['128974848', '128974848'],
    ['1000000', '1M'],
    ['1000k', '1M'],
    ['512Mi', '512Mi'],
    ['0', '0'],
    ['0Mi', '0'],
    ['.1', '100m'],
    ['-1000m', '-1'],
    ['500Ki', '500Ki'],
    ['1e3', '1e3'],
    ['plenty', 'plenty'],
  ])('%s is stored as %s', (text, stored) => {
    expect(canonicalQuantity(text)).toBe(stored);
    expect(parseQuantity(stored)).toEqual(parseQuantity(text));
  });

  it.each([
    ['250m', 0.25],
    ['64Mi', 67108864],
    ['1e3', 1000],
    ['1.5k', 1500],
    [2, 2],
    ['', Number.NaN],
    ['12 parsecs', Number.NaN],
    [undefined, Number.NaN],
  ])('%s is %d', (text, amount) => {
    expect(parseQuantity(text)).toBe(amount);
  });

  it('are written in full units where they fit', () => {
    expect([cpuQuantity(0.25), cpuQuantity(2), memoryQuantity(67108864), memoryQuantity(1000)]).toEqual([
      '250m',
      '2',
      '64Mi',
      '1000',
    ]);
  });
});
