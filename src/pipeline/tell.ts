import type { Incident } from '../domain/incident.ts';
import type { MessageContext } from '../ports.ts';
import type { Deps } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';
import { isPictureDue, sendPicture } from './tell-chart.ts';

const LINES_AT_ONCE = 20;

/** Brings the incident's one message, and its thread, up to what the incident is now. What is shown already isn't sent again. */
const tell: Stage = {
  kind: 'tell',
  does: 'post or edit the one message, and add to its thread',
  giveUp: null,
  async run(deps, incident, due) {
    const context = await contextOf(deps, incident);
    const digest = deps.chat.digest(incident, context);
    const awaiting = incident.state.name === 'awaiting_approval' ? incident.state : null;
    const unconfirmed = awaiting !== null && awaiting.deliveredAt === null;
    const lines = context.timeline.slice(
      incident.message?.threaded ?? 0,
      (incident.message?.threaded ?? 0) + LINES_AT_ONCE,
    );
    if (incident.message?.digest === digest && !unconfirmed && lines.length === 0) return NOTHING;
    const delivery = await deps.chat.deliver(incident, context);
    if (!delivery.ok) {
      deps.log.warn({ incident: incident.id, why: delivery.words }, 'the message could not be sent');
      return {
        events: [],
        againAt: deps.clock.now() + (delivery.retryAfterMs ?? Math.min(60_000, 1000 * 2 ** due.attempt)),
      };
    }
    const { channel, ts } = delivery;
    const message = { channel, ts, digest, at: deps.clock.now(), threaded: incident.message?.threaded ?? 0 };
    const threaded = await deps.chat.threadLines({ ...incident, message }, lines);
    if (threaded.ok && isPictureDue(lines, context.timeline)) sendPicture(deps, { ...incident, message });
    return {
      events: [
        {
          type: 'delivered',
          at: deps.clock.now(),
          channel,
          ts,
          digest,
          planDigest: awaiting?.planDigest ?? null,
          threaded: message.threaded + (threaded.ok ? lines.length : 0),
        },
      ],
    };
  },
};

async function contextOf(deps: Deps, incident: Incident): Promise<MessageContext> {
  const [timeline, paused] = await Promise.all([deps.store.timeline(incident.id), deps.store.pauseState()]);
  const { approvers } = deps.policy(incident.namespace, incident.service);
  return { timeline, paused, approvers, now: deps.clock.now() };
}

export default tell;
