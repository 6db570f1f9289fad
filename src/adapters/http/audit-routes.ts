import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { IncidentStore } from '../../ports/store.ts';
import { readBody } from '../incoming/read-body.ts';
import { sendJson } from './routes.ts';

const MOST_LINES = 5_000;
const MOST_BYTES = 1_000;
const Person = z.strictObject({
  user: z.string().regex(/^[UW][A-Z0-9_]{1,30}$/, 'is not a Slack id of a member (U…)'),
});

/** A page of the record of who decided what: `from` is counted from 0. */
export async function sendAudit(
  res: ServerResponse,
  params: URLSearchParams,
  store: Pick<IncidentStore, 'audit'>,
): Promise<true> {
  const from = Number(params.get('from') ?? 0);
  if (!Number.isInteger(from) || from < 0) return sendJson(res, 400, { error: 'from: must be a whole number from 0' });
  return sendJson(res, 200, await store.audit(from, MOST_LINES));
}

/** Who wants to be forgotten is. */
export async function forgetPerson(
  req: IncomingMessage,
  res: ServerResponse,
  { store, now }: { store: Pick<IncidentStore, 'forgetPerson'>; now: () => number },
): Promise<true> {
  const body = await readBody(req, MOST_BYTES);
  let json: unknown = null;
  try {
    json = JSON.parse(String(body));
  } catch {
    return sendJson(res, 400, { error: 'the body is no JSON' });
  }
  const read = Person.safeParse(json);
  if (!read.success) return sendJson(res, 400, { error: z.prettifyError(read.error) });
  return sendJson(res, 200, await store.forgetPerson(read.data.user, now()));
}
