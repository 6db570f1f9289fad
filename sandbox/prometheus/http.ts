import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatValue, readDuration } from './literals.ts';
import { parseQuery } from './parse.ts';
import { type Answer, type InstantResult, queryInstant, queryRange, type RangeResult } from './query.ts';
import { type ListedRule, rulesJson } from './rules.ts';
import { type Labels, type Matcher, matchesAll } from './series.ts';
import type { SeriesStore } from './store.ts';
import { QueryFailure } from './syntax.ts';

const PREFIX = '/prometheus';
const MAX_BODY_BYTES = 1_000_000;
const LABEL_VALUES = /^\/api\/v1\/label\/([a-zA-Z_][a-zA-Z0-9_]*)\/values$/;

/** Prometheus' HTTP API under /prometheus. `handle` answers true when the path was its own. `now`: sandbox epoch ms. */
export function createPrometheusApi(options: Options): {
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
} {
  return {
    async handle(req, res) {
      const url = new URL(req.url ?? '/', 'http://sandbox');
      if (url.pathname !== PREFIX && !url.pathname.startsWith(`${PREFIX}/`)) return false;
      const body = req.method === 'POST' ? await readForm(req) : new URLSearchParams();
      if (body === undefined) return answer(res, 413, failure('bad_data', 'the request is too large'));
      const parameters = new URLSearchParams([...url.searchParams, ...body]);
      try {
        return route(url.pathname.slice(PREFIX.length), parameters, options, res);
      } catch (error) {
        if (error instanceof QueryFailure)
          return answer(res, error.type === 'bad_data' ? 400 : 422, failure(error.type, error.message));
        throw error;
      }
    },
  };
}

async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function answer(res: ServerResponse, status: number, body: unknown): true {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  res.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
  });
  res.end(text);
  return true;
}

function failure(errorType: string, error: string): unknown {
  return { status: 'error', errorType, error };
}

function success(data: unknown): unknown {
  return { status: 'success', data };
}

/** `rules`: what `/api/v1/rules` lists; none when absent. */
type Options = { store: SeriesStore; now: () => number; rules?: () => readonly ListedRule[] };

function route(path: string, given: URLSearchParams, { store, now, rules }: Options, res: ServerResponse): true {
  const values = LABEL_VALUES.exec(path);
  if (values) return answer(res, 200, success(labelValues(store, values[1]!, given)));
  switch (path) {
    case '/-/ready':
    case '/-/healthy':
      return answer(res, 200, 'Prometheus Server is Ready.\n');
    case '/api/v1/query':
      return respond(res, queryInstant(store, given.get('query') ?? '', readTime(given, 'time') ?? now()), (r) =>
        instantJson(r, readTime(given, 'time') ?? now()),
      );
    case '/api/v1/query_range':
      return respond(res, rangeQuery(store, given), matrixJson);
    case '/api/v1/rules':
      return answer(res, 200, success(rulesJson(rules?.() ?? [], given.getAll('rule_name[]'), now())));
    case '/api/v1/labels':
      return answer(res, 200, success(labelNames(store, given)));
    case '/api/v1/series':
      return answer(res, 200, success(selected(store, given, true)));
    case '/api/v1/status/buildinfo':
      return answer(
        res,
        200,
        success({ version: '2.42.0', revision: 'sandbox', branch: 'sandbox', goVersion: process.version }),
      );
    default:
      return answer(res, 404, `404: ${path} is not part of the sandbox's Prometheus\n`);
  }
}

function respond<T>(res: ServerResponse, found: Answer<T>, json: (result: T) => unknown): true {
  if (found.ok) return answer(res, 200, success(json(found.result)));
  return answer(res, found.errorType === 'bad_data' ? 400 : 422, failure(found.errorType, found.error));
}

/** Seconds (with fractions) or RFC 3339; undefined when not given. Throws QueryFailure. */
function readTime(given: URLSearchParams, name: string): number | undefined {
  const text = given.get(name);
  if (text === null || text === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isNaN(seconds) ? Date.parse(text) : Math.round(seconds * 1000);
  if (Number.isNaN(ms))
    throw new QueryFailure('bad_data', `invalid parameter "${name}": cannot parse "${text}" to a valid timestamp`);
  return ms;
}

function rangeQuery(store: SeriesStore, given: URLSearchParams): Answer<RangeResult> {
  const start = readTime(given, 'start');
  const end = readTime(given, 'end');
  const stepMs = readDuration(given.get('step') ?? '');
  if (start === undefined)
    throw new QueryFailure('bad_data', 'invalid parameter "start": cannot parse "" to a valid timestamp');
  if (end === undefined)
    throw new QueryFailure('bad_data', 'invalid parameter "end": cannot parse "" to a valid timestamp');
  if (end < start)
    throw new QueryFailure('bad_data', 'invalid parameter "end": end timestamp must not be before start time');
  if (stepMs === undefined)
    throw new QueryFailure(
      'bad_data',
      `invalid parameter "step": cannot parse "${given.get('step') ?? ''}" to a valid duration`,
    );
  if (stepMs <= 0) {
    throw new QueryFailure(
      'bad_data',
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  return queryRange(store, given.get('query') ?? '', start, end, stepMs);
}

function instantJson(result: InstantResult, atMs: number): unknown {
  const at = atMs / 1000;
  if (result.resultType === 'matrix') return matrixJson(result);
  if (result.resultType === 'string') return { resultType: 'string', result: [at, result.value] };
  if (result.resultType === 'scalar') return { resultType: 'scalar', result: [at, formatValue(result.value)] };
  const samples = result.samples.map((s) => ({ metric: s.labels, value: [at, formatValue(s.value)] }));
  return { resultType: 'vector', result: samples };
}

function matrixJson(result: RangeResult): unknown {
  const series = result.series.map((s) => ({
    metric: s.labels,
    values: s.times.map((t, i) => [t / 1000, formatValue(s.values[i]!)]),
  }));
  return { resultType: 'matrix', result: series };
}

/** Label sets that match any of the `match[]` selectors; all of them when there are none and none are required. */
function selected(store: SeriesStore, given: URLSearchParams, required: boolean): Labels[] {
  const selectors = given.getAll('match[]').map(readMatchers);
  if (selectors.length === 0 && required) throw new QueryFailure('bad_data', 'no match[] parameter provided');
  return store.all().filter((labels) => selectors.length === 0 || selectors.some((s) => matchesAll(labels, s)));
}

function readMatchers(text: string): Matcher[] {
  const expr = parseQuery(text);
  if (expr.kind !== 'selector')
    throw new QueryFailure('bad_data', 'invalid parameter "match[]": expected a vector selector');
  return expr.matchers;
}

function labelNames(store: SeriesStore, given: URLSearchParams): string[] {
  return [...new Set(selected(store, given, false).flatMap((labels) => Object.keys(labels)))].sort();
}

function labelValues(store: SeriesStore, name: string, given: URLSearchParams): string[] {
  const values = selected(store, given, false).flatMap((labels) => labels[name] ?? []);
  return [...new Set(values)].sort();
}
