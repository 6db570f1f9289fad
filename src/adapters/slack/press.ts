import type { Incident } from '../../domain/incident.ts';
import type { Answer, People } from '../../extension-points.ts';
import { type ButtonValue, type Choice, decodeValue } from './button-value.ts';
import { HOLD_MS } from './views/controls.ts';
import { escapeText } from './views/escape.ts';

/** Somebody pressed a button or chose from a menu. */
export type Press = { actionId: string; value: string | undefined; user: string };

/** What follows: nothing to say (the message itself shows it), a private word, or the whole explanation. */
export type AfterPress =
  | { kind: 'silent' }
  | { kind: 'private'; message: string }
  | { kind: 'explain'; incident: Incident };

/**
 * Carries a press to `People`, which judges it. A press is for the plan that its button was drawn for: if the incident shows another by now, it is refused here,
 * so that a tap on an old message never rejects or approves something else. Rejects only when `People` does.
 */
export async function pressed(people: People, press: Press): Promise<AfterPress> {
  if (press.actionId === 'propose') return proposed(people, press);
  const value = decodeValue(press.value);
  if (!value) return UNREADABLE;
  const incident = await people.find(value.incidentId);
  if (!incident) return { kind: 'private', message: `${escapeText(value.incidentId, 60)} isn’t known here any more.` };
  if (press.actionId === 'why') return { kind: 'explain', incident };
  const act = ACTS[press.actionId];
  if (!act)
    return {
      kind: 'private',
      message: 'This version of Nightshift doesn’t know that button. `/heal help` lists what it can do.',
    };
  const answer = await act(people, incident, press.user, value);
  if (answer.ok && !ALWAYS_TOLD.has(press.actionId)) return { kind: 'silent' };
  return { kind: 'private', message: answer.message };
}

const UNREADABLE: AfterPress = {
  kind: 'private',
  message: 'That button is from another version of Nightshift. `/heal status` shows what is open.',
};

/** The one button that isn't of an incident: its value is a service. */
async function proposed(people: People, { value = '', user }: Press): Promise<AfterPress> {
  if (!/^[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/.test(value)) return UNREADABLE;
  return { kind: 'private', message: (await people.propose(value, user)).message };
}

/** The message changes little or not at all after these, so the person is told. */
const ALWAYS_TOLD = new Set(['page', 'right', 'wrong']);

type Act = (people: People, incident: Incident, user: string, value: ButtonValue) => Promise<Answer>;

const ACTS: Record<string, Act> = {
  approve: async (people, incident, user, value) => {
    const digest = wholeDigest(incident, value.planDigest);
    // An unknown digest goes on as it is: `People` knows who won meanwhile, and says so.
    return people.approve(incident.id, user, digest ?? value.planDigest ?? '');
  },
  reject: async (people, incident, user, value) =>
    isStale(incident, value.planDigest) ? STALE : people.reject(incident.id, user, 'next'),
  hold: (people, incident, user) => people.hold(incident.id, user, HOLD_MS),
  undo: (people, incident, user) => people.undo(incident.id, user),
  page: (people, incident, user) => people.page(incident.id, user),
  right: (people, incident, user) => people.feedback(incident.id, user, true),
  wrong: (people, incident, user) => people.feedback(incident.id, user, false),
  option: async (people, incident, user, value) => {
    if (value.choice) return chosen(people, incident, user, value.choice);
    const digest = wholeDigest(incident, value.planDigest);
    return digest ? people.choose(incident.id, user, digest) : STALE;
  },
};

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

/** The incident asks about another plan now. In other states `People` says what happened. */
function isStale(incident: Incident, start: string | null): boolean {
  return start !== null && incident.state.name === 'awaiting_approval' && !incident.state.planDigest.startsWith(start);
}
