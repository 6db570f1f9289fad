import { headOf } from '../../domain/cut-text.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { Logs, LogsFailure, LogsResult } from '../../ports/logs.ts';
import { callFailure, createHttpClient, type HttpClient, isCallError, type SignIn } from '../outgoing/http-client.ts';
import { lokiAnswerSchema, toLines } from './answer.ts';
import { SELECTORS } from './selector.ts';

/** A server's own limit of entries is mostly 5,000; it refuses a query that asks for more. */
const MOST_LINES = 5_000;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_WORDS = 300;

export type LokiOptions = SignIn & {
  /** Base URL; `/loki/api/v1/…` is appended, so a path prefix is kept. */
  url: string;
  /** For each request. */
  timeoutMs: number;
};

/** Loki's HTTP API as the core's `Logs`. Failures are values. Nothing is tried again: a diagnosis goes on without, and a Loki that is busy should be left in peace. */
export function connectLoki(options: LokiOptions): Logs {
  const { timeoutMs } = options;
  const http = createHttpClient({ ...options, maxBodyBytes: MAX_BODY_BYTES });
  // The way of labelling that had lines last is asked for first.
  let order = [...SELECTORS];
  return {
    async lines(workload, fromMs, toMs, limit) {
      for (const selector of order) {
        const answer = await query(http, { selector, workload, fromMs, toMs, limit, timeoutMs });
        if (!answer.ok) return answer;
        if (answer.value.length === 0) continue;
        order = [selector, ...SELECTORS.filter((other) => other !== selector)];
        return answer;
      }
      return { ok: true, value: [] };
    },
    async ping() {
      try {
        await http.get('/loki/api/v1/labels');
      } catch (error) {
        throw new Error(toFailure(error, timeoutMs).message);
      }
    },
  };
}

type Query = {
  selector: (typeof SELECTORS)[number];
  workload: Pick<EntityRef, 'kind' | 'namespace' | 'name'>;
  fromMs: number;
  toMs: number;
  limit: number;
  timeoutMs: number;
};

async function query(http: HttpClient, asked: Query): Promise<LogsResult> {
  const limit = Math.min(MOST_LINES, asked.limit);
  const params = {
    query: asked.selector(asked.workload),
    start: nanoseconds(asked.fromMs),
    end: nanoseconds(asked.toMs),
    limit: String(limit),
    direction: 'backward',
  };
  try {
    const { data } = await http.get<unknown>('/loki/api/v1/query_range', { params });
    const answer = lokiAnswerSchema.safeParse(data);
    if (answer.success) return { ok: true, value: toLines(answer.data, limit) };
    return { ok: false, failure: { kind: 'refused', message: "What answered is not Loki's HTTP API." } };
  } catch (error) {
    return { ok: false, failure: toFailure(error, asked.timeoutMs) };
  }
}

function toFailure(error: unknown, timeoutMs: number): LogsFailure {
  const { kind, status, message } = callFailure(error, 'Loki', 'LOKI', timeoutMs);
  if (kind === 'unreachable') return { kind, message };
  if (kind === 'too_large') return { kind: 'too_many', message };
  const said = isCallError(error) ? saying(error.response?.data) : '';
  if (kind === 'refused') return { kind, message: headOf(`${message}${said ? ` It says: ${said}` : ''}`, MAX_WORDS) };
  const words = headOf(`Loki answered ${status}${said ? `: ${said}` : '.'}`, MAX_WORDS);
  if (status === 429) return { kind: 'too_many', message: words };
  return { kind: (status ?? 500) < 500 ? 'refused' : 'unreachable', message: words };
}

/** Loki tells what is wrong in plain text; gateways before it in JSON or a page. */
function saying(body: unknown): string {
  if (typeof body === 'string') return body.startsWith('<') ? '' : body.replace(/\s+/g, ' ').trim();
  const object = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return [object.error, object.message].find((value) => typeof value === 'string') ?? '';
}

/** Of epoch milliseconds, as text: more digits than a number holds. */
const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`;
