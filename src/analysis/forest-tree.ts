/** Euler's constant, for the harmonic number in `meanPathLength`. */
const EULER_GAMMA = 0.5772156649015329;
/** scikit-learn's FEATURE_THRESHOLD: a feature that ranges over no more than this is constant. */
const CONSTANT_RANGE = 1e-7;

/** Where a forest's nodes are written while it grows; preorder, a leaf has feature -1. */
export type Nodes = { count: number; feature: Int16Array; value: Float64Array; right: Int32Array };

/** The mean path length of an unsuccessful search among `count` rows: c(n) of Liu, Ting & Zhou (2008), eq. 1, as scikit-learn has it. */
export function meanPathLength(count: number): number {
  if (count <= 1) return 0;
  if (count === 2) return 1;
  return 2 * (Math.log(count - 1) + EULER_GAMMA) - (2 * (count - 1)) / count;
}

/** The deepest a tree over `samples` rows grows: ⌈log₂ samples⌉. */
export function treeDepth(samples: number): number {
  return Math.ceil(Math.log2(Math.max(samples, 2)));
}

/** The most nodes that a tree over `samples` rows can have. */
export function mostNodes(samples: number): number {
  return 2 * Math.min(samples, 2 ** treeDepth(samples)) - 1;
}

/**
 * Grows one tree over the rows that `rows` names and appends it to `nodes`: at each node a random feature that isn't
 * constant there, and a random threshold between its least and greatest value (Liu, Ting & Zhou 2008; scikit-learn's
 * ExtraTreeRegressor with one feature). `rows` is reordered.
 * @param columns the features in single precision, `columns[feature * rowCount + row]`
 * @param random uniform in [0,1)
 */
export function growTree(
  nodes: Nodes,
  columns: Float32Array,
  rowCount: number,
  features: number,
  rows: Int32Array,
  random: () => number,
): void {
  const deepest = treeDepth(rows.length);
  const untried = new Int32Array(features);

  const pickSplit = (from: number, to: number): { feature: number; threshold: number } | null => {
    for (let f = 0; f < features; f++) untried[f] = f;
    for (let left = features; left > 0; left--) {
      const pick = Math.floor(random() * left);
      const feature = untried[pick]!;
      untried[pick] = untried[left - 1]!;
      const column = feature * rowCount;
      let least = columns[column + rows[from]!]!;
      let greatest = least;
      for (let i = from + 1; i < to; i++) {
        const value = columns[column + rows[i]!]!;
        if (value < least) least = value;
        else if (value > greatest) greatest = value;
      }
      if (greatest <= least + CONSTANT_RANGE) continue;
      const threshold = Math.fround(least + random() * (greatest - least));
      return { feature, threshold: threshold >= greatest ? least : threshold };
    }
    return null;
  };

  const grow = (from: number, to: number, depth: number): void => {
    const node = nodes.count++;
    const split = depth >= deepest || to - from <= 1 ? null : pickSplit(from, to);
    if (split === null) {
      nodes.feature[node] = -1;
      nodes.value[node] = depth + meanPathLength(to - from);
      return;
    }
    const middle = partition(columns, split.feature * rowCount, rows, from, to, split.threshold);
    nodes.feature[node] = split.feature;
    nodes.value[node] = split.threshold;
    grow(from, middle, depth + 1);
    nodes.right[node] = nodes.count;
    grow(middle, to, depth + 1);
  };

  grow(0, rows.length, 0);
}

/** Brings the rows whose feature is at most `threshold` to the front; returns where the others begin. */
function partition(
  columns: Float32Array,
  column: number,
  rows: Int32Array,
  from: number,
  to: number,
  threshold: number,
): number {
  let left = from;
  let right = to - 1;
  while (left <= right) {
    const row = rows[left]!;
    if (columns[column + row]! <= threshold) {
      left += 1;
      continue;
    }
    rows[left] = rows[right]!;
    rows[right] = row;
    right -= 1;
  }
  return left;
}
