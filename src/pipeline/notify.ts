import type { Event, Incident, TimelineEntry } from '../domain/incident.ts';
import { newsLines } from '../domain/news-lines.ts';
import type { MessageContext } from '../ports/chat.ts';
import type { Deps } from './deps.ts';
import { isPictureDue, sendPicture } from './notify-chart.ts';
import { isGraphDue, sendGraph } from './notify-graph.ts';
import { planPolicy, shownPlan } from './plan-policy.ts';
import { NOTHING, type Stage } from './stage.ts';

const LINES_AT_ONCE = 20;
/** Real time. */
const EDIT_EVERY_MS = 1_000;
const HEAD = 200;
const TAIL = 50;

/** Brings the incident's one message, and its thread, up to what the incident is now. What is shown already isn't sent again. */
const tell: Stage = {
  kind: 'notify',
  does: 'post or edit the one message, and add to its thread',
  giveUp: null,
  async run(deps, incident, due) {
    const { message: shown, state } = incident;
    const unconfirmed = state.name === 'awaiting_approval' && state.deliveredAt === null;
    const soonest = shown ? shown.at + inClockTime(deps, EDIT_EVERY_MS) : 0;
    // Edits are gathered: what happens within a second is one edit. A question isn't kept waiting.
    if (!unconfirmed && deps.clock.now() < soonest) return { events: [], againAt: soonest };
    const { context, lines } = await lookUp(deps, incident);
    const digest = deps.chat.digest(incident, context);
    if (shown?.digest === digest && !unconfirmed && lines.length === 0) return NOTHING;
    const delivery = await deps.chat.deliver(incident, context);
    if (!delivery.ok) {
      deps.log.warn({ incident: incident.id, why: delivery.message }, 'the message could not be sent');
      const waitMs = delivery.retryAfterMs ?? Math.min(60_000, 1000 * 2 ** due.attempt);
      return { events: [], againAt: deps.clock.now() + inClockTime(deps, waitMs) };
    }
    const { channel, ts } = delivery;
    const at = deps.clock.now();
    const message = { channel, ts, digest, at, threaded: shown?.threaded ?? 0 };
    const news = newsLines(context.timeline.slice(0, message.threaded), lines);
    const threaded =
      news.length > 0 ? await deps.chat.threadLines({ ...incident, message }, news) : { ok: true as const };
    if (threaded.ok && isPictureDue(lines, context.timeline)) sendPicture(deps, { ...incident, message });
    if (threaded.ok && isGraphDue(lines, incident)) sendGraph(deps, { ...incident, message });
    const planDigest = state.name === 'awaiting_approval' ? state.planDigest : null;
    const sent = threaded.ok ? lines.length : 0;
    const delivered: Event = {
      type: 'delivered',
      at,
      channel,
      ts,
      digest,
      planDigest,
      threaded: message.threaded + sent,
    };
    const more = !threaded.ok || lines.length === LINES_AT_ONCE;
    return more ? { events: [delivered], againAt: at + inClockTime(deps, EDIT_EVERY_MS) } : { events: [delivered] };
  },
};

/** Slack's waits are in real time; the clock may be the sandbox's. */
const inClockTime = (deps: Deps, realMs: number): number => realMs / Math.max(1e-3, deps.clock.realDelay(1));

/** The thread's next lines, and of the timeline what the views look at: its beginning and its end. */
async function lookUp(deps: Deps, incident: Incident): Promise<{ context: MessageContext; lines: TimelineEntry[] }> {
  const threaded = incident.message?.threaded ?? 0;
  const [head, lines, tail, paused] = await Promise.all([
    deps.store.timeline(incident.id, 0, HEAD - 1),
    deps.store.timeline(incident.id, threaded, threaded + LINES_AT_ONCE - 1),
    deps.store.timeline(incident.id, -TAIL, -1),
    deps.store.pauseState(),
  ]);
  const timeline = head.length < HEAD ? head : [...head, ...tail];
  const { approvers } = planPolicy(deps, shownPlan(incident), {
    namespace: incident.namespace,
    name: incident.service,
  });
  return { context: { timeline, paused, approvers, now: deps.clock.now() }, lines };
}

export default tell;
