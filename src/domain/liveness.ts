import { isQuietOnly } from './alert-severity.ts';
import type { Incident } from './incident.ts';
import { pagesOf } from './pages.ts';
import { callsOf } from './person-calls.ts';
import { isProposal } from './proposal.ts';

/** Of law 13: whether somebody has heard of an incident, until when that is enough, and why it is waited. */
export type Liveness =
  /** Nobody has to: it is over, a proposal, not alerted, or only quiet alerts speak of it. */
  | { kind: 'exempt' }
  | { kind: 'heard'; until: number }
  | { kind: 'in_time'; until: number }
  /** `again`: it was called for already, and that has not reached anybody. */
  | { kind: 'unheard'; why: string; again: boolean };

export type LivenessSettings = { unansweredMs: number; mode: 'act' | 'observe' };

/** Who was told and did nothing is told again after this long. */
export const HEARD_MS = 4 * 3_600_000;
/** A pause may have been forgotten: whoever was told is told again sooner. */
export const PAUSED_HEARD_MS = 3_600_000;
/** Who acknowledged has it for so long. */
export const ACKNOWLEDGED_MS = 8 * 3_600_000;
/** The next look may be a moment late. */
const LOOK_MS = 60_000;
/** What remains of the time for a call to be delivered. */
const DELIVERY_MS = 60_000;

/** One judgement for all that an incident may be held for: it looks at who has heard of it, never at what it waits for. Pure. */
export function livenessOf(incident: Incident, now: number, settings: LivenessSettings): Liveness {
  const { alertedAt, state } = incident;
  if (state.name === 'closed' || isProposal(incident) || isQuietOnly(incident) || alertedAt === undefined)
    return { kind: 'exempt' };
  const heardUntil = lastHeard(incident, settings);
  if (heardUntil !== null && heardUntil > now) return { kind: 'heard', until: heardUntil };
  const allowed = Math.max(settings.unansweredMs / 2, settings.unansweredMs - DELIVERY_MS);
  const until = heardUntil ?? alertedAt + allowed;
  if (now < until) return { kind: 'in_time', until };
  const { unheard } = incident;
  return { kind: 'unheard', why: whyWaiting(incident), again: unheard !== undefined && unheard.at >= until };
}

/** Until when somebody has it who was reached; null: nobody ever was. */
function lastHeard(incident: Incident, { mode }: LivenessSettings): number | null {
  const { state, message } = incident;
  const lasts = state.name === 'watching' && state.waitsFor === 'pause' ? PAUSED_HEARD_MS : HEARD_MS;
  const ends: number[] = [
    ...callsOf(incident).map(({ at }) => at + lasts),
    ...pagesOf(incident).map(({ at, status }) => at + (status === 'acknowledged' ? ACKNOWLEDGED_MS : lasts)),
  ];
  // A person is at it, and has said until when.
  if (state.name === 'watching' && state.waitsFor === 'mute') ends.push(state.until + LOOK_MS);
  if (state.name === 'awaiting_approval' && state.held) ends.push(state.held.until);
  if (state.name === 'queued' && state.authority.by === 'person') ends.push(state.authority.at + HEARD_MS);
  if (state.name === 'escalated' && state.acknowledgedBy !== null)
    ends.push((state.acknowledgedAt ?? state.since) + ACKNOWLEDGED_MS);
  // Where nothing is ever changed, a post in the channel is all that there is to hear.
  if (mode === 'observe' && message) ends.push(message.at + HEARD_MS);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** What it waits for, as a reader of the call should know it. */
export function whyWaiting({ state }: Incident): string {
  switch (state.name) {
    case 'watching':
      return state.why;
    case 'queued':
      return state.waiting?.message ?? 'a step waits for its turn';
    case 'awaiting_approval':
      return 'a question waits for an answer';
    case 'noticed':
      return 'the cause is still being looked for';
    case 'executing':
    case 'verifying':
      return 'a step is being taken';
    case 'undoing':
      return 'a change is being taken back';
    case 'escalated':
    case 'closed':
      return state.why;
  }
}
