import type { Matcher } from './series.ts';

/** A fixed instant for a selector (`@ 1600000000`), or one end of the query's range. */
export type At = { kind: 'instant'; ms: number } | { kind: 'start' } | { kind: 'end' };

/** Where in time a selector looks. */
export type Shift = { offsetMs: number; at: At | undefined };

export type Selector = { kind: 'selector'; matchers: Matcher[] } & Shift;
export type Matrix = { kind: 'matrix'; selector: Selector; rangeMs: number };
/** Without a step of its own: one minute, Prometheus' default evaluation interval. */
export type Subquery = { kind: 'subquery'; expr: Expr; rangeMs: number; stepMs: number } & Shift;

export type Matching = {
  on: boolean;
  labels: string[];
  /** Which side may have many series for one of the other side. */
  many: 'none' | 'left' | 'right';
  include: string[];
};

export type Expr =
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | Selector
  | Matrix
  | Subquery
  | { kind: 'negate'; expr: Expr }
  | { kind: 'binary'; op: string; left: Expr; right: Expr; bool: boolean; matching: Matching | undefined }
  | { kind: 'aggregate'; op: string; parameter: Expr | undefined; expr: Expr; without: boolean; labels: string[] }
  | { kind: 'call'; name: string; args: Expr[] };

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

/** A query that can't be answered. Thrown inside the engine and turned into a value at its edge (`query.ts`). */
export class QueryFailure extends Error {
  readonly type: 'bad_data' | 'execution';
  constructor(type: 'bad_data' | 'execution', message: string) {
    super(message);
    this.type = type;
  }
}

/** `position`: offset in the query's text. */
export function parseFailure(text: string, position: number, message: string): QueryFailure {
  const before = text.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new QueryFailure('bad_data', `invalid parameter "query": ${before.length}:${column}: parse error: ${message}`);
}
