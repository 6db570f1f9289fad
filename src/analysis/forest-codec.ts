import { meanPathLength } from './forest-tree.ts';
import type { IsolationForest } from './isolation-forest.ts';

/** "NSIF" and the version of this form, little-endian. */
const MAGIC = 0x4649534e;
const VERSION = 1;
const HEADER_BYTES = 32;

/**
 * A forest as bytes: a header, the fills, then node by node in preorder a code of two bytes (0 for a leaf, else feature + 1)
 * with the threshold (four bytes, single precision) or the leaf's row count (four bytes). Right children and path lengths
 * follow from the order. At most six bytes a node: 100 trees over 256 rows stay under 310 kB.
 */
export function encodeForest(forest: IsolationForest): Uint8Array {
  const nodes = forest.feature.length;
  const bytes = new Uint8Array(HEADER_BYTES + 4 * forest.features + 6 * nodes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, forest.features, true);
  view.setUint32(12, forest.samples, true);
  view.setUint32(16, forest.roots.length, true);
  view.setUint32(20, nodes, true);
  view.setFloat64(24, forest.offset, true);
  forest.fill.forEach((fill, i) => {
    view.setFloat32(HEADER_BYTES + 4 * i, fill, true);
  });
  const depths = depthsOf(forest);
  const codes = HEADER_BYTES + 4 * forest.features;
  const values = codes + 2 * nodes;
  for (let node = 0; node < nodes; node++) {
    const feature = forest.feature[node]!;
    view.setUint16(codes + 2 * node, feature + 1, true);
    if (feature >= 0) view.setFloat32(values + 4 * node, forest.value[node]!, true);
    else view.setUint32(values + 4 * node, rowsOf(forest.value[node]! - depths[node]!), true);
  }
  return bytes;
}

/** The forest that `encodeForest` wrote, equal to the bit; null when the bytes aren't one or are cut short. */
export function decodeForest(bytes: Uint8Array): IsolationForest | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return null;
  const features = view.getUint32(8, true);
  const trees = view.getUint32(16, true);
  const nodes = view.getUint32(20, true);
  if (bytes.length !== HEADER_BYTES + 4 * features + 6 * nodes) return null;
  const forest: IsolationForest = {
    features,
    samples: view.getUint32(12, true),
    offset: view.getFloat64(24, true),
    fill: Float32Array.from({ length: features }, (_, i) => view.getFloat32(HEADER_BYTES + 4 * i, true)),
    roots: new Int32Array(trees),
    feature: new Int16Array(nodes),
    value: new Float64Array(nodes),
    right: new Int32Array(nodes),
  };
  const codes = HEADER_BYTES + 4 * features;
  return link(forest, (node) => ({
    feature: view.getUint16(codes + 2 * node, true) - 1,
    cell: codes + 2 * nodes + 4 * node,
    view,
  }));
}

type Stored = { feature: number; cell: number; view: DataView };

/** Walks the preorder once: a leaf ends a left branch, and the next node is the right child of the nearest open split. */
function link(forest: IsolationForest, read: (node: number) => Stored): IsolationForest | null {
  const open: { node: number; depth: number }[] = [];
  let tree = 0;
  let depth = 0;
  for (let node = 0; node < forest.feature.length; node++) {
    if (depth === 0) {
      if (tree >= forest.roots.length) return null;
      forest.roots[tree++] = node;
    }
    const { feature, cell, view } = read(node);
    if (feature >= forest.features) return null;
    forest.feature[node] = feature;
    if (feature >= 0) {
      forest.value[node] = view.getFloat32(cell, true);
      open.push({ node, depth });
      depth += 1;
      continue;
    }
    forest.value[node] = depth + meanPathLength(view.getUint32(cell, true));
    const parent = open.pop();
    depth = parent === undefined ? 0 : parent.depth + 1;
    if (parent !== undefined) forest.right[parent.node] = node + 1;
  }
  return open.length === 0 && depth === 0 && tree === forest.roots.length ? forest : null;
}

function depthsOf(forest: IsolationForest): Uint8Array {
  const depths = new Uint8Array(forest.feature.length);
  for (let node = 0; node < depths.length; node++) {
    if (forest.feature[node]! < 0) continue;
    depths[node + 1] = depths[node]! + 1;
    depths[forest.right[node]!] = depths[node]! + 1;
  }
  return depths;
}

/** The row count whose c(n) is nearest; c rises with n, so bisection finds it. */
function rowsOf(pathLength: number): number {
  if (pathLength < 0.5) return 1;
  let low = 2;
  let high = 2 ** 31;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (meanPathLength(middle) < pathLength - 1e-9) low = middle + 1;
    else high = middle;
  }
  return low;
}
