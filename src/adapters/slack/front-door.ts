import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../incoming/read-body.ts';
import { type Clicks, clickIn } from './clicks.ts';
import type { SlackLog } from './log.ts';
import type { ReplayGuard } from './replay-guard.ts';
import { holdsAnObject, isForm, isSslCheck, verifyRequest } from './verify-request.ts';

export const SLACK_PATH = '/slack/events';
const BODY_LIMIT_BYTES = 1024 * 1024;

type Pass = (req: IncomingMessage & { rawBody: Buffer }, res: ServerResponse) => void;

/**
 * Lets in what Slack signed, once, and holds an object: what comes after may rely on that. Everything else is answered here. So are clicks: they
 * are acknowledged before anything that could be slow, and wait in `clicks`.
 */
export function frontDoor(options: { secret: string; guard: ReplayGuard; log: SlackLog; clicks: Clicks; pass: Pass }) {
  const { secret, guard, log, clicks, pass } = options;
  const enter = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readBody(req, BODY_LIMIT_BYTES);
    if (body === null) return end(res, 413);
    const type = req.headers['content-type'];
    // Slack asks so whether the certificate is good, and doesn't sign it.
    if (isSslCheck(body, type)) return end(res, 200);
    const verdict = verifyRequest(body, req.headers, secret, Date.now());
    if (!verdict.ok) {
      log.warn({ why: verdict.why }, 'a request that Slack did not sign, or not now; refused');
      return end(res, 401);
    }
    if (!holdsAnObject(body, type)) return end(res, 400);
    const { signature } = verdict;
    if (!guard.isNewHere(signature)) return refuseCopy(res);
    const click = isForm(type) ? clickIn(body) : null;
    if (click) return end(res, clicks.take(click, () => guard.isNewElsewhere(signature)) ? 200 : 503);
    if (!(await guard.isNewElsewhere(signature))) return refuseCopy(res);
    pass(Object.assign(req, { rawBody: body }), res);
  };
  const refuseCopy = (res: ServerResponse): void => {
    log.warn({}, 'a signed request from Slack came twice; refused');
    end(res, 401);
  };
  return (req: IncomingMessage, res: ServerResponse): void => {
    if ((req.url ?? '').split('?')[0] !== SLACK_PATH) end(res, 404);
    else if (req.method !== 'POST') end(res, 405);
    else
      enter(req, res).catch((error: unknown) => {
        log.error({ err: error }, 'a request from Slack failed');
        if (res.headersSent) res.destroy();
        else end(res, 500);
      });
  };
}

export function end(res: ServerResponse, status: number): void {
  res.writeHead(status).end();
}
