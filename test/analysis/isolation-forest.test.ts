import { describe, expect, it } from 'vitest';
import { decodeForest, encodeForest } from '../../src/analysis/forest-codec.ts';
import {
  decisionFunction,
  FOREST_DEFAULTS,
  fitForest,
  type Matrix,
  scoreSamples,
} from '../../src/analysis/isolation-forest.ts';
import { prng } from '../../src/analysis/prng.ts';

/** A round cloud with `outliers` rows far away at the end. */
function cloud(rows: number, features: number, outliers: number, seed = 1): Matrix {
  const random = prng(seed);
  const values = Float64Array.from({ length: rows * features }, () => random() + random() + random() - 1.5);
  for (let i = (rows - outliers) * features; i < values.length; i++) values[i]! += 6;
  return { rows, features, values };
}
/** As scikit-learn's. */
const predict = (forest: Parameters<typeof decisionFunction>[0], of: Matrix) =>
  Array.from(decisionFunction(forest, of), (decision) => (decision < 0 ? -1 : 1));
const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  features: rows[0]?.length ?? 1,
  values: Float64Array.from(rows.flat()),
});

describe('isolation forest', () => {
  it('scores every far row below every near one', () => {
    const data = cloud(1000, 4, 20);
    const scores = scoreSamples(fitForest(data), data);
    expect(Math.max(...scores.subarray(980))).toBeLessThan(Math.min(...scores.subarray(0, 980)));
  });

  it('keeps scores between -1 and 0, and calls about the contaminated share outliers', () => {
    const data = cloud(2000, 3, 0);
    const forest = fitForest(data);
    const scores = scoreSamples(forest, data);
    expect(scores.every((score) => score > -1 && score < 0)).toBe(true);
    const outliers = predict(forest, data).filter((label) => label === -1).length;
    expect(outliers).toBeGreaterThanOrEqual(95);
    expect(outliers).toBeLessThanOrEqual(100);
  });

  it('takes offset -0.5 for contamination auto, and decides by score less offset', () => {
    const data = cloud(500, 2, 5);
    const forest = fitForest(data, { ...FOREST_DEFAULTS, contamination: 'auto' });
    expect(forest.offset).toBe(-0.5);
    const scores = scoreSamples(forest, data);
    expect(decisionFunction(forest, data)).toEqual(scores.map((score) => score + 0.5));
  });

  it('has the textbook path length: of two rows, both are isolated after one split, at score -0.5', () => {
    const forest = fitForest(matrix([[0], [1]]), { ...FOREST_DEFAULTS, contamination: 'auto' });
    expect(Array.from(scoreSamples(forest, matrix([[0], [1]])))).toEqual([-0.5, -0.5]);
    expect(forest.feature.length).toBe(3 * 100);
  });

  it('gives equal bits for equal seeds, also after encoding, and other bits for another seed', () => {
    const data = cloud(1500, 6, 30);
    const forest = fitForest(data);
    expect(fitForest(data)).toEqual(forest);
    expect(decodeForest(encodeForest(forest))).toEqual(forest);
    expect(fitForest(data, { ...FOREST_DEFAULTS, seed: 43 }).value).not.toEqual(forest.value);
  });

  it('fits in 400 kB at its largest: 256 distinct rows a tree', () => {
    const bytes = encodeForest(fitForest(cloud(100_000, 6, 0)));
    expect(bytes.length).toBeLessThan(400_000);
    expect(decodeForest(bytes.subarray(0, bytes.length - 1))).toBeNull();
    expect(decodeForest(new Uint8Array(64))).toBeNull();
  });

  it('survives a copy into an unaligned buffer, as Redis clients hand them out', () => {
    const forest = fitForest(cloud(300, 2, 3));
    const bytes = encodeForest(forest);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodeForest(larger.subarray(3))).toEqual(forest);
  });
});

describe('isolation forest on degenerate input', () => {
  it('finds nothing odd in constant columns or in one row', () => {
    const constant = matrix(Array.from({ length: 50 }, () => [3, 3]));
    expect(predict(fitForest(constant), constant).every((label) => label === 1)).toBe(true);
    const one = matrix([[1, 2]]);
    expect(Array.from(scoreSamples(fitForest(one), one))).toEqual([-0.5]);
    expect(Array.from(predict(fitForest(one), one))).toEqual([1]);
  });

  it('with no rows calls nothing an outlier', () => {
    const forest = fitForest({ rows: 0, features: 2, values: new Float64Array(0) });
    expect(Array.from(predict(forest, matrix([[1e9, -1e9]])))).toEqual([1]);
    expect(decodeForest(encodeForest(forest))).toEqual(forest);
  });

  it('isolates the one odd row among duplicates, and scores the duplicates alike', () => {
    const data = matrix([...Array.from({ length: 99 }, () => [1, 1]), [9, 1]]);
    const scores = scoreSamples(fitForest(data), data);
    expect(new Set(scores.subarray(0, 99)).size).toBe(1);
    expect(scores[99]!).toBeLessThan(scores[0]!);
  });

  it('works on one feature', () => {
    const data = cloud(400, 1, 4);
    const scores = scoreSamples(fitForest(data), data);
    expect(Math.max(...scores.subarray(396))).toBeLessThan(Math.min(...scores.subarray(0, 396)));
  });

  it('takes a missing feature for the median, and infinity for the far end', () => {
    const data = cloud(600, 2, 6);
    for (let row = 0; row < 600; row += 10) data.values[row * 2] = Number.NaN;
    data.values[3] = Number.POSITIVE_INFINITY;
    const forest = fitForest(data);
    expect(forest.fill[0]).toBeGreaterThan(-0.5);
    expect(forest.fill[0]).toBeLessThan(0.5);
    const [missing, typical, endless] = scoreSamples(
      forest,
      matrix([
        [Number.NaN, 0.1],
        [forest.fill[0]!, 0.1],
        [Number.POSITIVE_INFINITY, 0.1],
      ]),
    );
    expect(missing).toBe(typical);
    expect(endless!).toBeLessThan(typical!);
  });

  it('treats a column that is always missing as constant', () => {
    const data = matrix(Array.from({ length: 40 }, (_, i) => [Number.NaN, i]));
    const forest = fitForest(data);
    expect(forest.feature.every((feature) => feature !== 0)).toBe(true);
    expect(scoreSamples(forest, data).every(Number.isFinite)).toBe(true);
  });

  it('refuses rows of another width', () => {
    expect(() => scoreSamples(fitForest(cloud(50, 2, 0)), cloud(50, 3, 0))).toThrow(RangeError);
  });
});
