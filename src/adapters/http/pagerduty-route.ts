import { readBody } from '../incoming/read-body.ts';
import { type Handler, pathOf, sendJson } from './routes.ts';

const BODY_LIMIT = 1024 * 1024;

export type PagerDutyIntake = {
  /** Null: no secret is configured, and nothing is accepted. */
  accept:
    | ((rawBody: Buffer, signature: string | undefined) => Promise<'accepted' | 'bad_signature' | 'ignored'>)
    | null;
};

/** `POST /webhooks/pagerduty`: V3 webhooks, signed. */
export function pagerDutyRoute(intake: PagerDutyIntake): Handler {
  return async (req, res) => {
    if (pathOf(req).pathname !== '/webhooks/pagerduty') return false;
    if (req.method !== 'POST') return sendJson(res, 405, { error: 'use POST' }, { allow: 'POST' });
    if (!intake.accept) return sendJson(res, 403, { error: 'set PAGERDUTY_WEBHOOK_SECRET to accept webhooks' });
    const body = await readBody(req, BODY_LIMIT);
    if (body === null) return sendJson(res, 413, { error: 'the body is over 1 MB' }, { connection: 'close' });
    const signature = req.headers['x-pagerduty-signature'];
    const result = await intake.accept(body, Array.isArray(signature) ? signature[0] : signature);
    return result === 'bad_signature'
      ? sendJson(res, 401, { error: 'X-PagerDuty-Signature does not match' })
      : sendJson(res, 200, { ok: true, result });
  };
}
