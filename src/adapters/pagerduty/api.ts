import { api as pdjsApi } from '@pagerduty/pdjs';
import { headOf } from '../../domain/cut-text.ts';
import type { Read } from '../../ports/directory.ts';
import { type Brake, createBrake, type Urgency } from './brake.ts';
import { braked, type Limited } from './braked.ts';
import { throughHttp } from './through-http.ts';
import { type PagerDutyAnswer, throughPdjs } from './through-pdjs.ts';

/** PagerDuty's REST API. Expected failures are values. Only what it refused for coming too fast is sent again, once, when it may. */
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
  /** Shared with the pager. Absent: one of its own. */
  brake?: Brake | undefined;
}): PagerDutyApi {
  const isHttps = new URL(settings.apiUrl ?? API).protocol === 'https:';
  const send = isHttps ? pdjsSender(settings) : httpSender(settings);
  const brake = settings.brake ?? createBrake();
  const call = async (urgency: Urgency, sent: Sent): Promise<Read<unknown>> => {
    try {
      const first = await braked(brake, urgency, () => send(sent));
      const answer = 'limited' in first ? await braked(brake, urgency, () => send(sent)) : first;
      if ('limited' in answer) return { ok: false, message: limitedWords(answer) };
      const { status, body } = answer;
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
    get: (path) => call('read', { method: 'GET', path }),
    post: (path, body, from) => call('note', { method: 'POST', path, body, from }),
  };
}

const limitedWords = ({ limited }: Limited): string =>
  limited === 'full' ? 'Too much waits to be sent to PagerDuty' : 'PagerDuty is limiting the rate';

function saidBy(status: number, body: unknown): string {
  const error = (body as { error?: { message?: unknown } } | null)?.error;
  const said = typeof error?.message === 'string' ? `: ${headOf(error.message, 200)}` : '';
  return status === 401 || status === 403 ? `${said} (check PAGERDUTY_API_TOKEN and its rights)` : said;
}

type Send = (sent: Sent) => Promise<PagerDutyAnswer>;
type Server = { token: string; apiUrl?: string | undefined; timeoutMs: number };

function pdjsSender({ token, apiUrl, timeoutMs }: Server): Send {
  const pd = pdjsApi({ token, ...(apiUrl ? { server: new URL(apiUrl).host } : {}) });
  return ({ method, path, body, from }) =>
    throughPdjs(timeoutMs, (options) => {
      const request = { method, endpoint: path, headers: from ? { From: from } : {}, ...options };
      return pd({ ...request, ...(body === undefined ? {} : { data: body }) } as never);
    });
}

function httpSender({ token, apiUrl = API, timeoutMs }: Server): Send {
  const send = throughHttp({ url: apiUrl, timeoutMs, maxBodyBytes: 1024 * 1024 });
  return ({ method, path, body, from }) => {
    const headers = {
      authorization: `Token token=${token}`,
      accept: 'application/vnd.pagerduty+json;version=2',
      ...(from ? { from } : {}),
    };
    return send({ method, path, headers, ...(body === undefined ? {} : { body }) });
  };
}
