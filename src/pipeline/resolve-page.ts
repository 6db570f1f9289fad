import { NOTHING, type Stage } from './stage.ts';

const AGAIN_MS = 10_000;

const resolvePage: Stage = {
  kind: 'resolve_page',
  does: 'resolve the page when the incident has closed',
  giveUp: null,
  async run(deps, incident) {
    if (!incident.page || incident.page.status === 'resolved' || incident.state.name !== 'closed') return NOTHING;
    const sent = await deps.pager.resolve(incident.page.dedupKey);
    const at = deps.clock.now();
    if (!sent.ok) return { events: [], againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
    return { events: [{ type: 'page_resolved', at }] };
  },
};

export default resolvePage;
