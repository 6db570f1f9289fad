import { RANGE_FUNCTIONS } from './range-functions.ts';

/** What a function takes, in order; from `min` to `max` of them. The last type repeats. */
export type FunctionSpec = { min: number; max: number; takes: ('scalar' | 'vector' | 'matrix' | 'string')[] };

const MATH: Record<string, (v: number) => number> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sgn: (v) => (v < 0 ? -1 : v > 0 ? 1 : v),
};

/** Functions of one value. */
export const MATH_FUNCTIONS: Readonly<Record<string, (v: number) => number>> = MATH;

const OTHERS: Record<string, FunctionSpec> = {
  absent: { min: 1, max: 1, takes: ['vector'] },
  absent_over_time: { min: 1, max: 1, takes: ['matrix'] },
  clamp: { min: 3, max: 3, takes: ['vector', 'scalar', 'scalar'] },
  clamp_max: { min: 2, max: 2, takes: ['vector', 'scalar'] },
  clamp_min: { min: 2, max: 2, takes: ['vector', 'scalar'] },
  histogram_quantile: { min: 2, max: 2, takes: ['scalar', 'vector'] },
  label_join: { min: 3, max: 100, takes: ['vector', 'string'] },
  label_replace: { min: 5, max: 5, takes: ['vector', 'string'] },
  pi: { min: 0, max: 0, takes: [] },
  round: { min: 1, max: 2, takes: ['vector', 'scalar'] },
  scalar: { min: 1, max: 1, takes: ['vector'] },
  sort: { min: 1, max: 1, takes: ['vector'] },
  sort_desc: { min: 1, max: 1, takes: ['vector'] },
  time: { min: 0, max: 0, takes: [] },
  timestamp: { min: 1, max: 1, takes: ['vector'] },
  vector: { min: 1, max: 1, takes: ['scalar'] },
  minute: { min: 0, max: 1, takes: ['vector'] },
  hour: { min: 0, max: 1, takes: ['vector'] },
  day_of_week: { min: 0, max: 1, takes: ['vector'] },
  day_of_month: { min: 0, max: 1, takes: ['vector'] },
};

/** Undefined for a function that this engine doesn't know. */
export function findFunction(name: string): FunctionSpec | undefined {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name];
  if (Object.hasOwn(MATH, name)) return { min: 1, max: 1, takes: ['vector'] };
  if (!Object.hasOwn(RANGE_FUNCTIONS, name)) return undefined;
  if (name === 'quantile_over_time') return { min: 2, max: 2, takes: ['scalar', 'matrix'] };
  if (name === 'predict_linear') return { min: 2, max: 2, takes: ['matrix', 'scalar'] };
  return { min: 1, max: 1, takes: ['matrix'] };
}
