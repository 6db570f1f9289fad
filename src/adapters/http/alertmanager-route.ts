import type { IncomingMessage, ServerResponse } from 'node:http';
import { headOf } from '../../domain/cut-text.ts';
import { StoreUnavailable } from '../../ports/store.ts';
import { bearerIs } from '../incoming/bearer.ts';
import { readBody } from '../incoming/read-body.ts';
import { type Handler, pathOf, sendJson } from './routes.ts';

const BODY_LIMIT = 5 * 1024 * 1024;

export type AlertIntake = {
  /** The bearer that the webhook demands; null: none (sandbox only). */
  token: string | null;
  /** Whether there is room for more now; absent: always. */
  enter?(): { leave: () => void } | { retryAfterS: number };
  /** Seconds that a webhook with nothing but ends has to wait, if it has to; absent: never. */
  endsWaitS?(): number | null;
  parse(
    body: unknown,
  ):
    | { ok: true; onlyEnds?: boolean; accept(): Promise<Record<string, unknown>> }
    | { ok: false; status: number; message: string };
};

/** Prometheus and vmalert, which notify an Alertmanager themselves, put its API's path behind the address that they are given. */
const PATHS = new Set(['/webhooks/alertmanager', '/webhooks/alertmanager/api/v2/alerts', '/api/v2/alerts']);

/** `POST /webhooks/alertmanager`: 2xx only once every alert is saved; everything else makes Alertmanager send it again or says what is wrong with it. */
export function alertmanagerRoute(intake: AlertIntake): Handler {
  return async (req, res) => {
    if (!PATHS.has(pathOf(req).pathname)) return false;
    if (req.method !== 'POST') return sendJson(res, 405, { error: 'use POST' }, { allow: 'POST' });
    if (intake.token !== null && !bearerIs(req.headers.authorization, intake.token))
      return sendJson(res, 401, { error: 'Authorization: the bearer token is missing or wrong (ALERTMANAGER_TOKEN)' });
    const entered = intake.enter?.() ?? { leave: () => {} };
    if ('retryAfterS' in entered) return later(res, 'too much at once; send it again', entered.retryAfterS);
    try {
      return await take(intake, req, res);
    } finally {
      entered.leave();
    }
  };
}

async function take(intake: AlertIntake, req: IncomingMessage, res: ServerResponse): Promise<true> {
  const body = await readBody(req, BODY_LIMIT);
  if (body === null)
    return sendJson(
      res,
      413,
      { error: 'the body is over 5 MB; lower max_alerts of the receiver' },
      { connection: 'close' },
    );
  const json = parseJson(body);
  if (!json.ok) return sendJson(res, 400, { error: `the body is not JSON: ${json.message}` });
  const parsed = intake.parse(json.value);
  if (!parsed.ok) return sendJson(res, parsed.status, { error: parsed.message });
  const waitS = parsed.onlyEnds ? (intake.endsWaitS?.() ?? null) : null;
  if (waitS !== null) return later(res, 'too much at once: what fires goes before; send it again', waitS);
  try {
    return sendJson(res, 200, { ok: true, ...(await parsed.accept()) });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return later(res, 'the store (Redis) is away; send it again', 5);
  }
}

/** Alertmanager sends again what is answered 5xx. */
const later = (res: ServerResponse, error: string, retryAfterS: number): true =>
  sendJson(res, 503, { error }, { 'retry-after': String(retryAfterS), connection: 'close' });

function parseJson(body: Buffer): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? headOf(error.message, 200) : 'unreadable' };
  }
}
