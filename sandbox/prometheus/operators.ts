import { QueryFailure } from './syntax.ts';

export const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

export const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  atan2: Math.atan2,
};

export const SET_OPERATORS = ['and', 'or', 'unless'];

/** A comparison without `bool` filters: undefined leaves the value out, else the left one stays. */
export function operate(op: string, bool: boolean): (a: number, b: number) => number | undefined {
  const arithmetic = ARITHMETIC[op];
  if (arithmetic) return arithmetic;
  const compare = COMPARISONS[op];
  if (!compare) throw new QueryFailure('execution', `the operator "${op}" is not supported here`);
  return bool ? (a, b) => Number(compare(a, b)) : (a, b) => (compare(a, b) ? a : undefined);
}
