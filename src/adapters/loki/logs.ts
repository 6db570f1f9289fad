import axios, { type AxiosInstance, isAxiosError } from 'axios';
import type { EntityRef } from '../../domain/types.ts';
import type { Logs, LogsFailure, LogsResult } from '../../ports/logs.ts';
import { answerSchema, toLines } from './answer.ts';
import { SELECTORS } from './selector.ts';

/** A server's own limit of entries is mostly 5,000; it refuses a query that asks for more. */
const MOST_LINES = 5_000;
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const MAX_WORDS = 300;

export type LokiOptions = {
  /** Base URL; `/loki/api/v1/…` is appended, so a path prefix is kept. */
  url: string;
  /** For each request. */
  timeoutMs: number;
  /** Bearer token. */
  token?: string | undefined;
  /** `X-Scope-OrgID`, where a Loki serves several tenants. */
  tenant?: string | undefined;
};

/** Loki's HTTP API as the core's `Logs`. Failures are values. Nothing is tried again: a diagnosis goes on without, and a Loki that is busy should be left in peace. */
export function connectLoki(options: LokiOptions): Logs {
  const { url, timeoutMs, token, tenant } = options;
  const http = axios.create({
    baseURL: url.replace(/\/+$/, ''),
    timeout: timeoutMs,
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(tenant ? { 'X-Scope-OrgID': tenant } : {}),
    },
    maxContentLength: MAX_BODY_BYTES,
    // HTTP_PROXY is for the world outside, never for this machine.
    ...(isLoopback(url) ? { proxy: false as const } : {}),
  });
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

async function query(http: AxiosInstance, asked: Query): Promise<LogsResult> {
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
    const answer = answerSchema.safeParse(data);
    if (answer.success) return { ok: true, value: toLines(answer.data, limit) };
    return { ok: false, failure: { kind: 'refused', message: "What answered is not Loki's HTTP API." } };
  } catch (error) {
    return { ok: false, failure: toFailure(error, asked.timeoutMs) };
  }
}

function toFailure(error: unknown, timeoutMs: number): LogsFailure {
  if (!isAxiosError(error)) return { kind: 'unreachable', message: String(error).slice(0, MAX_WORDS) };
  if (/maxContentLength/.test(error.message))
    return { kind: 'too_many', message: `Loki answered more than ${MAX_BODY_BYTES / 1024 / 1024} MiB.` };
  if (error.response) {
    const { status } = error.response;
    const said = saying(error.response.data);
    const message = `Loki answered ${status}${said ? `: ${said}` : '.'}`.slice(0, MAX_WORDS);
    if (status === 429) return { kind: 'too_many', message };
    return { kind: status < 500 ? 'refused' : 'unreachable', message };
  }
  if (error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT')
    return { kind: 'unreachable', message: `Loki gave no answer within ${timeoutMs} ms.` };
  return { kind: 'unreachable', message: `Loki can't be reached: ${(error.code ?? error.message).slice(0, 200)}` };
}

/** Loki tells what is wrong in plain text; gateways before it in JSON or a page. */
function saying(body: unknown): string {
  if (typeof body === 'string') return body.startsWith('<') ? '' : body.replace(/\s+/g, ' ').trim();
  const object = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return [object.error, object.message].find((value) => typeof value === 'string') ?? '';
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** Of epoch milliseconds, as text: more digits than a number holds. */
const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`;
