import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { type CallDue, callsWanted, postOf, staleCalls } from '../domain/person-calls.ts';
import type { MessageContext } from '../ports/chat.ts';
import type { StageDeps } from './deps.ts';
import { firstPost } from './first-post.ts';

/** What came of the posts that ring; `retryMs` (real time): something could not be sent. */
export type Ringing = { events: Event[]; retryMs: number | null };

/** Posts what has to ring now, or edits it where it shows something old. From its delivery a question's time runs. */
export async function ring(
  deps: StageDeps,
  incident: Incident,
  context: MessageContext,
  which: (call: CallDue) => boolean = () => true,
): Promise<Ringing> {
  const ringing: Ringing = { events: [], retryMs: null };
  for (const call of callsWanted(incident).filter(which)) {
    const posted = postOf(incident, call);
    const digest = deps.chat.callDigest(incident, call, context);
    if (posted?.digest === digest) continue;
    const delivery = posted
      ? await deps.chat.ring(incident, call, posted, context)
      : await firstPost(deps, `${incident.id} ${call.about}`, (isNew) =>
          deps.chat.ring(incident, call, null, { ...context, isNew }),
        );
    if (delivery.ok) {
      const { channel, ts, link = null } = delivery;
      const edited = posted?.ts === ts ? { edited: true as const } : {};
      ringing.events.push({ ...rang(call, { channel, ts, link, digest }, deps.clock.now()), ...edited });
    } else {
      deps.log.warn({ incident: incident.id, why: delivery.message }, 'a post that rings could not be sent');
      ringing.retryMs = delivery.retryAfterMs ?? RETRY_MS;
    }
  }
  return ringing;
}

const RETRY_MS = 2_000;

type Posted = { channel: string; ts: string; link: string | null; digest: string };
const rang = ({ kind, about, planDigest }: CallDue, posted: Posted, at: number): Event => ({
  type: 'rang',
  at,
  kind,
  about,
  planDigest,
  ...posted,
});

/** Posts that ask for something that is decided become one line. */
export async function settleCalls(deps: StageDeps, incident: Incident, context: MessageContext): Promise<Ringing> {
  const events: Event[] = [];
  for (const call of staleCalls(incident)) {
    const settled = await deps.chat.settle(incident, call, context);
    if (!settled.ok) return { events, retryMs: settled.retryAfterMs ?? RETRY_MS };
    events.push({ type: 'call_settled', at: deps.clock.now(), about: call.about });
  }
  return { events, retryMs: null };
}
