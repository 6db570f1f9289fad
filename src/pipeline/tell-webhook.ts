import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { sharedIncident } from '../domain/incident-summary.ts';
import { maskText } from '../domain/mask-text.ts';
import type { WebhookMessage } from '../ports/webhook-out.ts';
import { NOTHING, type Stage } from './stage.ts';

const LINES_AT_ONCE = 50;
/** What nobody took for so long isn't told any more: it is in the incident's record. */
const TOLD_FOR_MS = 24 * 3_600_000;
const MOST_TEXT = 2_000;

/** Tells another program each line of the incident's record, in order, each at least once. */
const tellWebhook: Stage = {
  kind: 'webhook',
  does: 'tell another program what happened, line by line',
  giveUp: null,
  async run(deps, incident) {
    const { webhookOut } = deps;
    if (!webhookOut) return NOTHING;
    const begin = incident.toldOutside ?? 0;
    const lines = await deps.store.timeline(incident.id, begin, begin + LINES_AT_ONCE - 1);
    let upTo = begin;
    const told = (at: number): Event[] => (upTo > begin ? [{ type: 'told_outside', at, upTo }] : []);
    for (const line of lines) {
      const at = deps.clock.now();
      if (at - line.at < TOLD_FOR_MS) {
        const sent = await webhookOut.send(messageOf(incident, line, upTo + 1));
        if (!sent.ok) {
          deps.log.warn({ incident: incident.id, why: sent.message }, 'the webhook was not taken; it is tried again');
          return { events: told(at), againAt: deps.clock.now() + sent.retryAfterMs };
        }
      } else deps.log.error({ incident: incident.id, line: upTo + 1 }, 'the webhook was not taken for a day; left out');
      upTo += 1;
    }
    const events = told(deps.clock.now());
    return lines.length === LINES_AT_ONCE ? { events, againAt: deps.clock.now() } : { events };
  },
};

/** `number`: of the line in the incident's record, from 1. */
function messageOf(incident: Incident, line: TimelineEntry, number: number): WebhookMessage {
  const { at, type, from, to, by, message } = line;
  return {
    id: `${incident.cluster}.${incident.id}.${number}`,
    at,
    body: {
      type: 'incident.changed',
      version: 1,
      change: { number, at, type, from, to, by, message: maskText(message, MOST_TEXT) },
      incident: sharedIncident(incident),
    },
  };
}

export default tellWebhook;
