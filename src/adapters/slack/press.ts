import type { Incident } from '../../domain/incident.ts';
import { isOfAnother } from '../../domain/moves/agreeing.ts';
import { callsOf } from '../../domain/person-calls.ts';
import type { Answer, People } from '../../extension-points/people.ts';
import { type ButtonValue, type Choice, decodeValue } from './button-value.ts';
import { HOLD_MS } from './views/controls.ts';
import { escapeText } from './views/escape.ts';

/** Where it was pressed. `privately`: in something that only the one who presses sees, which has no message that others know. `about`: what the message says of itself in its metadata. */
export type PressedAt = { channel: string | null; ts: string | null; privately: boolean; about: string | null };

/** Somebody pressed a button or chose from a menu. */
export type Press = { actionId: string; value: string | undefined; user: string; at: PressedAt };

/** What follows: nothing to say (the message itself shows it), a private word, or the whole explanation. */
export type AfterPress =
  | { kind: 'silent' }
  | { kind: 'private'; message: string }
  | { kind: 'explain'; incident: Incident }
  /** It was turned down; why is asked, and may stay unsaid. */
  | { kind: 'ask_why'; incident: Incident };

/**
 * Carries a press to `People`, which judges it. A press is for the plan that its button was drawn for: if the incident shows another by now, it is refused here,
 * so that a tap on an old message never rejects or approves something else. Rejects only when `People` does.
 */
export async function pressed(people: People, press: Press): Promise<AfterPress> {
  if (press.actionId === 'propose') return proposed(people, press);
  const value = decodeValue(press.value);
  if (!value) return UNREADABLE;
  const incident = await people.load(value.incidentId);
  if (!incident) return { kind: 'private', message: `${escapeText(value.incidentId, 60)} isn’t known here any more.` };
  if (!isItsOwn(incident, press.at)) return ELSEWHERE;
  if (press.actionId === 'why') return { kind: 'explain', incident };
  const act = ACTS[press.actionId];
  if (!act)
    return {
      kind: 'private',
      message: 'This version of Nightshift doesn’t know that button. `/heal help` lists what it can do.',
    };
  const answer = await act(people, incident, press.user, value);
  if (answer.ok && press.actionId === 'reject') return { kind: 'ask_why', incident };
  if (answer.ok && !ALWAYS_TOLD.has(press.actionId)) return { kind: 'silent' };
  return { kind: 'private', message: answer.message };
}

const UNREADABLE: AfterPress = {
  kind: 'private',
  message: 'That button is from another version of Nightshift. `/heal status` shows what is open.',
};

const ELSEWHERE: AfterPress = {
  kind: 'private',
  message: 'That button belongs to another message, so nothing was done. `/heal status` shows what is open.',
};

/** A button counts in the incident's own message, in a post that rings for it, and in a private answer; in no other message, channel or workspace. */
function isItsOwn(incident: Incident, { channel, ts, privately, about }: PressedAt): boolean {
  if (privately) return true;
  const places = [...(incident.message ? [incident.message] : []), ...callsOf(incident)];
  if (places.some((place) => place.channel === channel && place.ts === ts)) return true;
  // It was posted a moment ago, and nobody has written down where: what it says of itself counts then, in the channel of the others.
  return about === incident.id && places.every((place) => place.channel === channel);
}

/** The one button that isn't of an incident: its value is a service. */
async function proposed(people: People, { value = '', user }: Press): Promise<AfterPress> {
  if (!/^[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/.test(value)) return UNREADABLE;
  return { kind: 'private', message: (await people.propose(value, user)).message };
}

/** The message changes little or not at all after these, so the person is told. */
const ALWAYS_TOLD = new Set(['page', 'on_it', 'right', 'wrong']);

type Act = (people: People, incident: Incident, user: string, value: ButtonValue) => Promise<Answer>;

const ACTS: Record<string, Act> = {
  approve: async (people, incident, user, value) => {
    const digest = wholeDigest(incident, value.planDigest);
    const of = value.askedAt === null ? {} : { askedAt: value.askedAt };
    // An unknown digest goes on as it is: `People` knows who won meanwhile, and says so.
    return people.approve(incident.id, user, digest ?? value.planDigest ?? '', of);
  },
  reject: async (people, incident, user, value) =>
    isStale(incident, value) ? STALE : people.reject(incident.id, user, 'next'),
  hold: (people, incident, user) => people.hold(incident.id, user, HOLD_MS),
  undo: (people, incident, user) => people.undo(incident.id, user),
  on_it: (people, incident, user) => people.acknowledge(incident.id, user),
  page: (people, incident, user) => people.page(incident.id, user),
  right: (people, incident, user) => people.feedback(incident.id, user, true),
  wrong: (people, incident, user) => people.feedback(incident.id, user, false),
  option: choose,
  // A block has each action's id once.
  'choose-1': choose,
  'choose-2': choose,
};

async function choose(people: People, incident: Incident, user: string, value: ButtonValue): Promise<Answer> {
  if (value.choice) return chosen(people, incident, user, value.choice);
  const digest = wholeDigest(incident, value.planDigest);
  return digest ? people.choose(incident.id, user, digest) : STALE;
}

const STALE: Answer = {
  ok: false,
  message: 'The plan has changed since that button was drawn, so nothing was done. Look at the message as it is now.',
};

function chosen(people: People, incident: Incident, user: string, choice: Choice): Promise<Answer> {
  switch (choice) {
    case 'false_alarm':
      return incident.state.name === 'escalated'
        ? people.close(incident.id, user, 'false_alarm')
        : people.reject(incident.id, user, 'false_alarm');
    case 'healed_by_human':
      return people.close(incident.id, user, 'healed_by_human');
    case 'escalate':
      return people.reject(incident.id, user, 'escalate');
    case 'page':
      return people.page(incident.id, user);
  }
}

/** The digest of this incident that begins with what the button holds; null when none does. */
function wholeDigest(incident: Incident, start: string | null): string | null {
  if (start === null || start.length < 8) return null;
  const shown = incident.state.name === 'awaiting_approval' ? [incident.state.planDigest] : [];
  return (
    [...shown, ...incident.options.map((one) => one.plan.digest)].find((digest) => digest.startsWith(start)) ?? null
  );
}

/** The incident is about another plan now. In states without one `People` says what happened. */
function isStale({ state }: Incident, { planDigest, askedAt }: ButtonValue): boolean {
  const digest = shownDigest(state);
  if (state.name === 'awaiting_approval' && isOfAnother(state, askedAt ?? undefined)) return true;
  return planDigest !== null && digest !== null && !digest.startsWith(planDigest);
}

function shownDigest(state: Incident['state']): string | null {
  if (state.name === 'awaiting_approval') return state.planDigest;
  if (state.name === 'queued') return state.recommendation.plan.digest;
  return state.name === 'executing' ? state.execution.recommendation.plan.digest : null;
}
