import type { Event, Incident } from '../domain/incident.ts';
import { openPages } from '../domain/pages.ts';
import { isStormKey, stormKey, stormOf } from '../domain/storm.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';
import { NOTHING, type StageResult } from './stage.ts';

const MOST_OPEN = 500;
const MOST_NAMED = 15;
const AGAIN_MS = 10_000;

/** A storm is told once: one page that names all whom it holds, and one post. Who joins it later is added to that page, and nobody's phone rings again. */
export async function pageStorm(deps: StageDeps, incident: Incident): Promise<StageResult> {
  const mine = openPages(incident).some(({ dedupKey }) => isStormKey(incident.cluster, dedupKey));
  if (mine) return NOTHING;
  const open = await deps.store.listOpen(MOST_OPEN);
  const storm = stormOf(open, deps.clock.now());
  const dedupKey = stormKey(incident.cluster, open, storm);
  const isKnown = open.some((one) => openPages(one).some((page) => page.dedupKey === dedupKey));
  const held = storm.length > 0 ? storm : [incident];
  const sent = await send(deps, incident, held, dedupKey, isKnown);
  const at = deps.clock.now();
  if (!sent.ok) {
    deps.log.warn({ incident: incident.id, why: sent.message }, 'a storm could not be told');
    return { events: [], againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
  }
  const paged: Event = { type: 'paged', at, dedupKey, planDigest: null };
  return { events: [paged] };
}

type Sent = { ok: true } | { ok: false; message: string; retryAfterMs: number | null };

async function send(
  deps: StageDeps,
  incident: Incident,
  held: Incident[],
  dedupKey: string,
  isKnown: boolean,
): Promise<Sent> {
  const names = held.map(({ namespace, service }) => `${namespace}/${service}`);
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const message = `${held.length} services of ${incident.cluster} fail at once, so no new action is started: ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
  const posted: Sent = isKnown ? { ok: true } : await deps.chat.announce(message, approversOf(deps, incident));
  if (!deps.pager.configured) return posted;
  return deps.pager.trigger({
    dedupKey,
    summary: message,
    severity: 'critical',
    source: incident.cluster,
    link: null,
    details: { incidents: held.map(({ id, service }) => `${id} ${service}`).join(', ') },
  });
}

const approversOf = (deps: StageDeps, { namespace, service }: Incident): string[] =>
  planPolicy(deps, null, { namespace, name: service }).approvers;
