import type { Incident } from '../../domain/incident.ts';
import { recommendationOf, sharedIncident } from '../../domain/incident-summary.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { bearerIs } from '../incoming/bearer.ts';
import { forgetPerson, sendAudit } from './audit-routes.ts';
import { type Handler, pathOf, sendJson } from './routes.ts';
import { type ObjectiveOf, sendStats, takePast } from './stats-routes.ts';

const MAX_LISTED = 500;

/** `GET /api/incidents`, `/api/incidents/:id`, `/api/stats`, `POST /api/past`. `token` null: open to all (sandbox only), or `closed` to all. */
export function apiRoutes(options: {
  token: string | null;
  closed?: boolean;
  store: IncidentStore;
  now: () => number;
  objectiveOf?: ObjectiveOf;
}): Handler {
  const { store, token, closed = false } = options;
  return async (req, res) => {
    const url = pathOf(req);
    if (!url.pathname.startsWith('/api/')) return false;
    const isPast = url.pathname === '/api/past' && req.method === 'POST';
    const isForget = url.pathname === '/api/audit/forget-person' && req.method === 'POST';
    if (req.method !== 'GET' && !isPast && !isForget) return sendJson(res, 405, { error: 'use GET' }, { allow: 'GET' });
    if (token === null && closed)
      return sendJson(res, 403, { error: 'set NIGHTSHIFT_API_TOKEN to have the API answer' });
    if (token !== null && !bearerIs(req.headers.authorization, token))
      return sendJson(res, 401, {
        error: 'Authorization: the bearer token is missing or wrong (NIGHTSHIFT_API_TOKEN)',
      });
    if (isPast) return takePast(req, res, store);
    if (url.pathname === '/api/audit') return sendAudit(res, url.searchParams, store);
    if (isForget) return forgetPerson(req, res, options);
    if (url.pathname === '/api/incidents') {
      const filter = filterOf(url.searchParams);
      if (typeof filter === 'string') return sendJson(res, 400, { error: filter });
      return sendJson(res, 200, (await store.list({ ...filter, limit: MAX_LISTED })).map(sharedIncident));
    }
    if (url.pathname === '/api/stats') return sendStats(res, url.searchParams, options);
    const id = /^\/api\/incidents\/([\w-]{1,64})$/.exec(url.pathname)?.[1];
    const incident = id ? await store.load(id) : null;
    const kept = id && !incident ? await store.recordOf(id) : null;
    if (kept) return sendJson(res, 200, { ...kept, state: 'closed', detailsDropped: true });
    if (!incident)
      return sendJson(res, 404, { error: id ? `there is no incident ${id}` : `there is nothing at ${url.pathname}` });
    return sendJson(res, 200, {
      ...sharedIncident(incident),
      ...detailOf(incident),
      timeline: await store.timeline(incident.id),
    });
  };
}

function filterOf(params: URLSearchParams): { service?: string; state?: string; since?: number } | string {
  const since = params.get('since');
  if (since !== null && !Number.isFinite(Number(since))) return 'since: must be a time in epoch milliseconds';
  return {
    ...(params.get('service') ? { service: params.get('service')! } : {}),
    ...(params.get('state') ? { state: params.get('state')! } : {}),
    ...(since === null ? {} : { since: Number(since) }),
  };
}

const detailOf = (incident: Incident) => ({
  stateDetail: incident.state,
  diagnosis: incident.diagnosis,
  recommendation: recommendationOf(incident),
  options: incident.options,
  skippedSteps: incident.skippedSteps,
  alertDetails: incident.alerts,
  anomalies: incident.anomalies,
  executions: incident.executions,
  linked: incident.linked,
  seen: incident.seen ?? null,
});
