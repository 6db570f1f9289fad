import { median } from './order-statistics.ts';

const ROUNDS = 12;
const HUBER = 1.345;
const LEAST_SCALE = 1e-9;

/**
 * Linear regression that a few wild rows don't bend: Huber's M-estimator by iteratively reweighted least squares (Huber 1964;
 * k = 1.345 at the robust scale of the residuals), with a ridge that pulls the coefficients to 0 where the rows say little.
 * There is no intercept. `rows[r]` holds the features of `targets[r]`; all are finite. No rows give zeros.
 */
export function robustRegression(rows: readonly number[][], targets: readonly number[], ridge: number): number[] {
  const features = rows[0]?.length ?? 0;
  let coefficients = new Array<number>(features).fill(0);
  if (rows.length === 0) return coefficients;
  let weights = new Float64Array(rows.length).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    coefficients = solve(...normalEquations(rows, targets, weights, ridge));
    const residuals = targets.map((target, r) => Math.abs(target - dot(rows[r]!, coefficients)));
    const scale = Math.max(1.4826 * median(residuals), LEAST_SCALE);
    weights = Float64Array.from(residuals, (residual) =>
      Math.min(1, (HUBER * scale) / Math.max(residual, LEAST_SCALE)),
    );
  }
  return coefficients;
}

export function dot(row: readonly number[], coefficients: readonly number[]): number {
  return row.reduce((sum, value, i) => sum + value * coefficients[i]!, 0);
}

/** The ridge is in units of each feature's own sum of squares, so that the scale of the features doesn't matter. */
function normalEquations(
  rows: readonly number[][],
  targets: readonly number[],
  weights: Float64Array,
  ridge: number,
): [number[][], number[]] {
  const features = rows[0]!.length;
  const matrix = Array.from({ length: features }, () => new Array<number>(features).fill(0));
  const right = new Array<number>(features).fill(0);
  rows.forEach((row, r) => {
    for (let i = 0; i < features; i++) {
      const weighted = weights[r]! * row[i]!;
      right[i]! += weighted * targets[r]!;
      for (let j = 0; j < features; j++) matrix[i]![j]! += weighted * row[j]!;
    }
  });
  for (let i = 0; i < features; i++) matrix[i]![i]! += ridge * matrix[i]![i]! + LEAST_SCALE;
  return [matrix, right];
}

/** Gaussian elimination with pivoting; the ridge keeps the matrix positive definite. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column + 1; r < size; r++)
      if (Math.abs(matrix[r]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = r;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    [right[column], right[pivot]] = [right[pivot]!, right[column]!];
    for (let r = column + 1; r < size; r++) {
      const factor = matrix[r]![column]! / matrix[column]![column]!;
      for (let c = column; c < size; c++) matrix[r]![c]! -= factor * matrix[column]![c]!;
      right[r]! -= factor * right[column]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let r = size - 1; r >= 0; r--) {
    let rest = right[r]!;
    for (let c = r + 1; c < size; c++) rest -= matrix[r]![c]! * solution[c]!;
    solution[r] = rest / matrix[r]![r]!;
  }
  return solution;
}
