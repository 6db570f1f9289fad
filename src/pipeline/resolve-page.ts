import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { isStormKey, type OpenLine } from '../domain/open-line.ts';
import { openPages, stalePages } from '../domain/pages.ts';
import type { Page } from '../domain/types/called.ts';
import type { StageDeps } from './deps.ts';
import { NOTHING, type Stage, type StageResult } from './stage.ts';

const AGAIN_MS = 10_000;

/** A storm's page is of all whom it holds: the last of them resolves it. */
async function isOthersToo(deps: StageDeps, { id, cluster }: Incident, dedupKey: string): Promise<boolean> {
  if (!isStormKey(cluster, dedupKey)) return false;
  if (!deps.pager.configured) return true;
  // A moment old will do while many share it; the last few look anew, or each would take the other for open.
  const others = (open: OpenLine[]) =>
    open.filter((other) => other.id !== id && other.stormPage?.dedupKey === dedupKey).length;
  return others(await deps.openLines()) > MANY || others(await deps.store.openLines()) > 0;
}

/** More than end within the second that a look may be old. */
const MANY = 500;

/** Whoever said here that they are on it has said it to PagerDuty, too. */
async function acknowledged(deps: StageDeps, incident: Incident): Promise<StageResult> {
  const stale = new Set(stalePages(incident).map(({ dedupKey }) => dedupKey));
  const events: Event[] = [];
  for (const { dedupKey, untold } of openPages(incident)) {
    if (!untold || stale.has(dedupKey)) continue;
    const sent = await deps.pager.acknowledge(dedupKey);
    const at = deps.clock.now();
    if (!sent.ok) return { events, againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
    events.push({ type: 'page_acknowledged', at, dedupKey });
  }
  return events.length > 0 ? { events } : NOTHING;
}

async function resolved(deps: StageDeps, incident: Incident, pages: Page[]): Promise<StageResult> {
  const events: Event[] = [];
  for (const { dedupKey } of pages) {
    const sent = (await isOthersToo(deps, incident, dedupKey))
      ? { ok: true as const }
      : await deps.pager.resolve(dedupKey);
    const at = deps.clock.now();
    if (!sent.ok) return { events, againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
    events.push({ type: 'page_resolved', at, dedupKey });
  }
  return { events };
}

const resolvePage: Stage = {
  kind: 'resolve_page',
  does: 'tell the pager who has it, and resolve the pages of what is decided and, when the incident has closed, all others',
  giveUp: null,
  async run(deps, incident) {
    if (incident.state.name === 'closed') return resolved(deps, incident, openPages(incident));
    const decided = await resolved(deps, incident, stalePages(incident));
    const told = await acknowledged(deps, incident);
    const again = [decided.againAt, told.againAt].filter((at) => at !== undefined);
    const events = [...decided.events, ...told.events];
    if (again.length > 0) return { events, againAt: Math.min(...again) };
    return events.length > 0 ? { events } : NOTHING;
  },
};

export default resolvePage;
