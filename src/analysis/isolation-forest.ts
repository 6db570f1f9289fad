import { growTree, meanPathLength, mostNodes, type Nodes } from './forest-tree.ts';
import { median, quantileOfSorted } from './order-statistics.ts';
import { prng } from './prng.ts';

/** Rows of features, row by row: `values[row * features + feature]`. NaN is missing. */
export type Matrix = { rows: number; features: number; values: Float64Array };

/**
 * A fitted forest. The nodes of all trees lie one after another in preorder: a split holds its threshold in `value`, its
 * left child is the next node, `right` the index of the other; a leaf has feature -1 and in `value` its path length.
 * `fill` stands in for missing features. `offset` is scikit-learn's `offset_`.
 */
export type IsolationForest = {
  features: number;
  /** Rows each tree saw, and the c(n) that path lengths are measured by. */
  samples: number;
  offset: number;
  fill: Float32Array;
  roots: Int32Array;
  feature: Int16Array;
  value: Float64Array;
  right: Int32Array;
};

/**
 * `trees` and `samples` (rows a tree sees): 100 and 256 in the paper. `contamination`: the share of the training rows to be
 * called outliers, or 'auto' (offset -0.5).
 */
export type ForestOptions = { trees: number; samples: number; contamination: number | 'auto'; seed: number };

export const FOREST_DEFAULTS: ForestOptions = { trees: 100, samples: 256, contamination: 0.05, seed: 42 };

const AUTO_OFFSET = -0.5;

/**
 * Fits an Isolation Forest (Liu, Ting & Zhou 2008) as scikit-learn defines it, in single precision like its trees. Equal
 * seeds and rows give equal bits. A missing feature counts as its column's median (0 when it is always missing), an infinite
 * one as the column's extreme. With no row, or only equal rows, every row scores -0.5 or alike and none is an outlier.
 */
export function fitForest(matrix: Matrix, options: ForestOptions = FOREST_DEFAULTS): IsolationForest {
  const { rows, features } = matrix;
  const fill = columnMedians(matrix);
  const columns = byColumn(matrix, fill);
  const samples = Math.min(options.samples, rows);
  const trees = rows === 0 ? 0 : options.trees;
  const room = trees * mostNodes(Math.max(samples, 1));
  const nodes: Nodes = {
    count: 0,
    feature: new Int16Array(room),
    value: new Float64Array(room),
    right: new Int32Array(room),
  };
  const random = prng(options.seed);
  const draw = rowDrawer(rows, samples, random);
  const roots = new Int32Array(trees);
  for (let tree = 0; tree < trees; tree++) {
    roots[tree] = nodes.count;
    growTree(nodes, columns, rows, features, draw(), random);
  }
  const forest: IsolationForest = {
    features,
    samples,
    offset: AUTO_OFFSET,
    fill,
    roots,
    feature: nodes.feature.slice(0, nodes.count),
    value: nodes.value.slice(0, nodes.count),
    right: nodes.right.slice(0, nodes.count),
  };
  if (options.contamination === 'auto' || rows === 0) return forest;
  const sorted = scoreSamples(forest, matrix).sort();
  return { ...forest, offset: quantileOfSorted(sorted, options.contamination) };
}

/**
 * scikit-learn's `score_samples`: -2^(-E[path length] / c(samples)) for each row; the lower, the odder, in (-1, 0).
 * @throws RangeError when the rows don't have the forest's features
 */
export function scoreSamples(forest: IsolationForest, matrix: Matrix): Float64Array {
  const { features, fill, roots, feature, value, right } = forest;
  if (matrix.features !== features) throw new RangeError(`the forest has ${features} features, not ${matrix.features}`);
  const cells = new Float32Array(matrix.rows * features);
  for (let i = 0; i < cells.length; i++) {
    const cell = matrix.values[i]!;
    cells[i] = Number.isNaN(cell) ? fill[i % features]! : cell;
  }
  const scores = new Float64Array(matrix.rows);
  for (let tree = 0; tree < roots.length; tree++) {
    const root = roots[tree]!;
    for (let row = 0; row < scores.length; row++) {
      const start = row * features;
      let node = root;
      let split = feature[node]!;
      while (split >= 0) {
        node = cells[start + split]! <= value[node]! ? node + 1 : right[node]!;
        split = feature[node]!;
      }
      scores[row]! += value[node]!;
    }
  }
  const unit = roots.length * meanPathLength(forest.samples);
  for (let row = 0; row < scores.length; row++) scores[row] = unit === 0 ? AUTO_OFFSET : -(2 ** (-scores[row]! / unit));
  return scores;
}

/** scikit-learn's `decision_function`: the score less the offset; below 0 is an outlier. */
export function decisionFunction(forest: IsolationForest, matrix: Matrix): Float64Array {
  return scoreSamples(forest, matrix).map((score) => score - forest.offset);
}

/**
 * Draws `samples` rows at random without repeats, tree after tree dealing from one shuffled deck until it runs out: each
 * tree's draw is uniform, and together the trees see the rows evenly.
 */
function rowDrawer(rows: number, samples: number, random: () => number): () => Int32Array {
  const deck = Int32Array.from({ length: rows }, (_, row) => row);
  let dealt = 0;
  return () => {
    if (dealt + samples > rows) dealt = 0;
    for (let i = dealt; i < dealt + samples; i++) {
      const j = i + Math.floor(random() * (rows - i));
      const kept = deck[i]!;
      deck[i] = deck[j]!;
      deck[j] = kept;
    }
    dealt += samples;
    return deck.slice(dealt - samples, dealt);
  };
}

function columnMedians({ rows, features, values }: Matrix): Float32Array {
  const medians = new Float32Array(features);
  for (let feature = 0; feature < features; feature++) {
    if (!hasNaN(values, feature, rows, features)) continue;
    const column = Float64Array.from({ length: rows }, (_, row) => values[row * features + feature]!);
    medians[feature] = median(column) || 0;
  }
  return medians;
}

function hasNaN(values: Float64Array, feature: number, rows: number, features: number): boolean {
  for (let i = feature; i < rows * features; i += features) if (Number.isNaN(values[i]!)) return true;
  return false;
}

/** The features column by column in single precision, missing ones filled, infinite ones taken as the column's extremes. */
function byColumn({ rows, features, values }: Matrix, fill: Float32Array): Float32Array {
  const columns = new Float32Array(rows * features);
  for (let feature = 0; feature < features; feature++) {
    const column = columns.subarray(feature * rows, (feature + 1) * rows);
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) {
      const cell = Math.fround(values[row * features + feature]!);
      const known = Number.isNaN(cell) ? fill[feature]! : cell;
      column[row] = known;
      if (!Number.isFinite(known)) continue;
      if (known < least) least = known;
      if (known > greatest) greatest = known;
    }
    if (least > greatest) column.fill(0);
    else for (let row = 0; row < rows; row++) column[row] = Math.min(Math.max(column[row]!, least), greatest);
  }
  return columns;
}
