import { api as pdjsApi } from '@pagerduty/pdjs';
import { headOf } from '../../domain/cut-text.ts';
import type { Read } from '../../ports/directory.ts';
import { createHttpClient } from '../outgoing/http-client.ts';

/** PagerDuty's REST API. Expected failures are values; nothing is retried here. */
export type PagerDutyApi = {
  get(path: string): Promise<Read<unknown>>;
  post(path: string, body: unknown, from?: string): Promise<Read<unknown>>;
};

const API = 'https://api.pagerduty.com';
type Sent = { method: 'GET' | 'POST'; path: string; body?: unknown; from?: string | undefined };

export function createPagerDutyApi(settings: {
  token: string;
  apiUrl?: string | undefined;
  timeoutMs: number;
}): PagerDutyApi {
  const send = new URL(settings.apiUrl ?? API).protocol === 'https:' ? throughPdjs(settings) : throughHttp(settings);
  const call = async (sent: Sent): Promise<Read<unknown>> => {
    try {
      const { status, body } = await send(sent);
      if (status >= 200 && status < 300) return { ok: true, value: body };
      return { ok: false, message: `PagerDuty answered ${status}${saidBy(status, body)}` };
    } catch (error) {
      return {
        ok: false,
        message: `PagerDuty can't be reached: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  };
  return {
    get: (path) => call({ method: 'GET', path }),
    post: (path, body, from) => call({ method: 'POST', path, body, from }),
  };
}

function saidBy(status: number, body: unknown): string {
  const error = (body as { error?: { message?: unknown } } | null)?.error;
  const said = typeof error?.message === 'string' ? `: ${headOf(error.message, 200)}` : '';
  return status === 401 || status === 403 ? `${said} (check PAGERDUTY_API_TOKEN and its rights)` : said;
}

type Send = (sent: Sent) => Promise<{ status: number; body: unknown }>;

function throughPdjs({
  token,
  apiUrl,
  timeoutMs,
}: {
  token: string;
  apiUrl?: string | undefined;
  timeoutMs: number;
}): Send {
  const pd = pdjsApi({ token, ...(apiUrl ? { server: new URL(apiUrl).host } : {}) });
  return async ({ method, path, body, from }) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = from ? { From: from } : {};
    const options = { method, endpoint: path, headers, requestTimeout: 0, retryTimeout: timeoutMs + 1_000, signal };
    const answer = await pd({ ...options, ...(body === undefined ? {} : { data: body }) } as never);
    return { status: answer.status, body: answer.data };
  };
}

function throughHttp({
  token,
  apiUrl = API,
  timeoutMs,
}: {
  token: string;
  apiUrl?: string | undefined;
  timeoutMs: number;
}): Send {
  const http = createHttpClient({ url: apiUrl, timeoutMs, maxBodyBytes: 1024 * 1024 });
  return async ({ method, path, body, from }) => {
    const answer = await http.request({
      method,
      url: path,
      ...(body === undefined ? {} : { data: body }),
      headers: {
        authorization: `Token token=${token}`,
        accept: 'application/vnd.pagerduty+json;version=2',
        ...(from ? { from } : {}),
      },
      signal: AbortSignal.timeout(timeoutMs),
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      responseType: 'json',
    });
    return { status: answer.status, body: answer.data };
  };
}
