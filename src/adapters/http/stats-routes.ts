import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { reportOf } from '../../domain/proof/stats-report.ts';
import type { ServicePolicy } from '../../domain/types/service-policy.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { readBody } from '../incoming/read-body.ts';
import { sendJson } from './routes.ts';

/** What is promised to the users of a service. */
export type ObjectiveOf = (namespace: string, service: string) => ServicePolicy['objective'];

/** More ends than this are not worked through at once: then those of the newest, and the answer says so. */
const MOST_ENDS = 50_000;
const WEEK_MS = 7 * 86_400_000;
const MOST_BYTES = 8 * 1024 * 1024;

const Trouble = z.strictObject({
  source: z.enum(['alertmanager', 'pagerduty', 'prometheus']),
  id: z.string().min(1).max(500),
  namespace: z.string().max(253).nullable(),
  service: z.string().max(253).nullable(),
  name: z.string().max(500),
  began: z.number().min(0),
  over: z.number().min(0),
});
const Troubles = z.array(Trouble.refine(({ began, over }) => began <= over, 'over: is before began')).max(20_000);

/** `weeks` back from now (all when absent), or `since` and `until` in epoch ms; `service` as namespace/name. */
export async function sendStats(
  res: ServerResponse,
  params: URLSearchParams,
  { store, now, objectiveOf }: { store: IncidentStore; now: () => number; objectiveOf?: ObjectiveOf },
): Promise<true> {
  const at = now();
  const window = windowOf(params, at);
  if (typeof window === 'string') return sendJson(res, 400, { error: window });
  const service = params.get('service') ?? undefined;
  const wanted = { ...window, ...(service === undefined ? {} : { service }), limit: MOST_ENDS };
  const [records, past] = await Promise.all([store.outcomes(wanted), store.past()]);
  const before = past.filter((one) => service === undefined || `${one.namespace}/${one.service}` === service);
  const { stats, ...rest } = reportOf(
    { records, past: before, objectiveOf: objectiveOf ?? (() => undefined) },
    { at, ...window },
  );
  return sendJson(res, 200, { ...stats, ...rest, partial: records.length === MOST_ENDS });
}

function windowOf(params: URLSearchParams, at: number): { since: number; until: number } | string {
  const number = (name: string) => (params.get(name) === null ? null : Number(params.get(name)));
  const [weeks, since, until] = [number('weeks'), number('since'), number('until')];
  if (weeks !== null && !(weeks > 0 && weeks <= 520)) return 'weeks: must be a number from 1 to 520';
  if (since !== null && !Number.isFinite(since)) return 'since: must be a time in epoch milliseconds';
  if (until !== null && !Number.isFinite(until)) return 'until: must be a time in epoch milliseconds';
  return { since: since ?? (weeks === null ? 0 : at - weeks * WEEK_MS), until: until ?? at + 1 };
}

/** Troubles from before Nightshift, for the comparison. */
export async function takePast(
  req: IncomingMessage,
  res: ServerResponse,
  store: Pick<IncidentStore, 'keepPast'>,
): Promise<true> {
  const body = await readBody(req, MOST_BYTES);
  if (body === null) return sendJson(res, 413, { error: 'the body is too large: send it in parts' });
  let json: unknown;
  try {
    json = JSON.parse(String(body));
  } catch {
    return sendJson(res, 400, { error: 'the body is no JSON' });
  }
  const troubles = Troubles.safeParse(json);
  if (!troubles.success) return sendJson(res, 400, { error: z.prettifyError(troubles.error).slice(0, 1_000) });
  const kept = await store.keepPast(troubles.data);
  return sendJson(res, 200, { kept, sent: troubles.data.length });
}
