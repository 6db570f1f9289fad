import { expect, test } from 'vitest';
import { prng } from '../../src/analysis/prng.ts';
import { robustRegression } from '../../src/analysis/robust-regression.ts';

const random = prng(5);
const rows = Array.from({ length: 200 }, () => [random() - 0.5, random() - 0.5]);

test('coefficients are found again, also when a tenth of the rows is wild', () => {
  const targets = rows.map(([a = 0, b = 0], i) => 2 * a - 3 * b + 0.01 * (random() - 0.5) + (i % 10 === 0 ? 50 : 0));
  const [a, b] = robustRegression(rows, targets, 1e-6);
  expect(a).toBeCloseTo(2, 1);
  expect(b).toBeCloseTo(-3, 1);
});

test('features that say the same share the weight', () => {
  const twice = rows.map(([a = 0]) => [a, a]);
  const [first = 0, second = 0] = robustRegression(
    twice,
    twice.map(([a = 0]) => a),
    0.01,
  );
  expect(first + second).toBeCloseTo(1, 1);
  expect(first).toBeCloseTo(second, 3);
});

test('features that are all zero, and no rows at all, say nothing', () => {
  expect(robustRegression([[0], [0]], [1, 2], 0.01)).toEqual([0]);
  expect(robustRegression([], [], 0.01)).toEqual([]);
});
