import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { isStormKey, type OpenLine, stormKey } from '../domain/open-line.ts';
import { openPages } from '../domain/pages.ts';
import { isHeldByStorm, stormLines } from '../domain/storm.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';
import { NOTHING, type StageResult } from './stage.ts';

const MOST_NAMED = 15;
/** The pager's details hold half a megabyte. */
const MOST_DETAILED = 5_000;
const AGAIN_MS = 10_000;
/** Real time. */
const TURN_MS = 20_000;
/** Who joins a storm is added to its page, all of a minute at once. */
const ADDED_EVERY_MS = 60_000;

/** What is paged as a part of the storm: what it holds, and what calls for a person while it lasts. */
export async function belongsToStorm(deps: StageDeps, incident: Incident): Promise<boolean> {
  if (isHeldByStorm(incident)) return true;
  if (incident.state.name !== 'escalated' || incident.executions.length > 0 || incident.pageAskedBy !== null)
    return false;
  return stormLines(await deps.openLines(), deps.clock.now()).length >= deps.limits.stormIncidents;
}

/** A storm is told once: one page that names all whom it holds, and one post. Who joins it later is added to that page, and nobody's phone rings again. */
export async function pageStorm(deps: StageDeps, incident: Incident): Promise<StageResult> {
  const mine = openPages(incident).some(({ dedupKey }) => isStormKey(incident.cluster, dedupKey));
  if (mine) return NOTHING;
  const lines = await deps.openLines();
  const now = deps.clock.now();
  const storm = stormLines(lines, now);
  const dedupKey = stormKey(incident.cluster, lines, storm[0]?.id);
  const lastAt = lastTold(lines, dedupKey);
  const paged = (at: number): Event => ({ type: 'paged', at, dedupKey, planDigest: null });
  // Whoever was open when it was last sent is named there.
  if (lastAt !== null && incident.openedAt < lastAt) return { events: [paged(lastAt)] };
  if (lastAt !== null && now - lastAt < ADDED_EVERY_MS) return { events: [], againAt: lastAt + ADDED_EVERY_MS };
  // Many are held in the same moment, and by several replicas: one of them tells.
  const turn = `storm told ${dedupKey}`;
  if ((await deps.once?.first(turn, TURN_MS)) === false) return { events: [], againAt: now + TURN_MS };
  const sent = await send(deps, incident, storm, dedupKey, lastAt !== null);
  const at = deps.clock.now();
  if (!sent.ok) {
    await deps.once?.forget(turn);
    deps.log.warn({ incident: incident.id, why: sent.message }, 'a storm could not be told');
    return { events: [], againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
  }
  return { events: [paged(at)] };
}

/** When somebody of the storm was paged last; null: nobody has been. */
function lastTold(open: OpenLine[], dedupKey: string): number | null {
  const last = told.get(open) ?? new Map<string, number>();
  if (!told.has(open))
    for (const { stormPage } of open)
      if (stormPage) last.set(stormPage.dedupKey, Math.max(stormPage.at, last.get(stormPage.dedupKey) ?? 0));
  told.set(open, last);
  return last.get(dedupKey) ?? null;
}

/** Thousands ask of the same list in the same moment. */
const told = new WeakMap<OpenLine[], Map<string, number>>();

type Sent = { ok: true } | { ok: false; message: string; retryAfterMs: number | null };

async function send(
  deps: StageDeps,
  incident: Incident,
  storm: OpenLine[],
  dedupKey: string,
  isKnown: boolean,
): Promise<Sent> {
  const held: Pick<OpenLine, 'id' | 'namespace' | 'service'>[] = storm.length > 0 ? storm : [incident];
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
    details: {
      incidents: held
        .slice(0, MOST_DETAILED)
        .map(({ id, service }) => `${id} ${service}`)
        .join(', '),
    },
  });
}

const namedIn = ({ named, approvers }: ServicePolicy): string[] => named ?? approvers;
const approversOf = (deps: StageDeps, { namespace, service }: Incident): string[] =>
  namedIn(planPolicy(deps, null, { namespace, name: service }));
