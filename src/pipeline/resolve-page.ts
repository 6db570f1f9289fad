import type { Event } from '../domain/incident.ts';
import { openPages } from '../domain/pages.ts';
import { NOTHING, type Stage } from './stage.ts';

const AGAIN_MS = 10_000;

const resolvePage: Stage = {
  kind: 'resolve_page',
  does: 'resolve the pages when the incident has closed',
  giveUp: null,
  async run(deps, incident) {
    if (incident.state.name !== 'closed') return NOTHING;
    const events: Event[] = [];
    for (const { dedupKey } of openPages(incident)) {
      const sent = await deps.pager.resolve(dedupKey);
      const at = deps.clock.now();
      if (!sent.ok) return { events, againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
      events.push({ type: 'page_resolved', at, dedupKey });
    }
    return { events };
  },
};

export default resolvePage;
