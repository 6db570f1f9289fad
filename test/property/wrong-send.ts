import type { Incident } from '../../src/domain/incident.ts';
import type { StateName } from '../../src/domain/incident-state.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { Change } from './law-changes.ts';
import { type Asker, errorsOf } from './law-shop.ts';
import type { Click } from './laws.ts';
import type { Heard } from './mouths.ts';
import type { LawConfig } from './replicas.ts';

/** What is true in the very moment in which a change is sent. */
export type Sending = {
  change: Change;
  asker: Asker;
  own: Incident | null;
  open: Incident[];
  config: LawConfig;
  now: number;
  /** Who has the lease of the work that sends it. */
  holder: string | null;
  /** What is done alone, as it was decided: incident and plan digest. */
  decided: Set<string>;
  /** How far the clock of who sends it is off. */
  aheadMs: number;
  /** All pods of the service in trouble are there and ready. */
  isWhole: boolean;
  clicks: Click[];
  heard: Heard[];
};

/** An undo that somebody asks for later waits for the lock in its state, so that state alone says nothing. */
const AT_WORK: StateName[] = ['executing', 'verifying'];
const SENT_IN: Record<string, StateName> = { execute: 'executing', undo: 'undoing', give_back: 'closed' };
const MOST_LATE_MS = 60_000;
const MOST_OFF_MS = 2_000;

/** Laws 2 to 5 and 12, as they are broken by sending this. */
export function wrongSend(sending: Sending): string[] {
  const { change, asker, own, open, config, aheadMs, holder } = sending;
  const what = `${change.kind} of ${change.object} for ${asker.incidentId}`;
  if (!own || own.state.name !== SENT_IN[asker.effect])
    return [`2: ${what} is sent by ${asker.effect} while it is ${own?.state.name}`];
  const others = open.filter(({ id, state }) => id !== own.id && AT_WORK.includes(state.name));
  return [
    ...(config.mode === 'observe' ? [`12: ${what}, though nothing may be changed here`] : []),
    ...(config.isProtected ? [`2: ${what} in a protected namespace`] : []),
    ...(asker.token === null || holder !== asker.token
      ? [`2: ${what} by a worker (${asker.token}) whose lease ${holder === null ? 'is over' : 'another has'}`]
      : []),
    ...(Math.abs(aheadMs) > MOST_OFF_MS ? [`2: ${what} by a replica whose clock is ${aheadMs} ms off`] : []),
    ...others.map(({ id }) => `5: ${what} beside ${id}`),
    ...(asker.effect === 'execute' ? wrongStep(sending, own, what) : []),
  ];
}

function wrongStep(
  { change, asker, now, clicks, heard, decided, isWhole }: Sending,
  own: Incident,
  what: string,
): string[] {
  if (own.state.name !== 'executing') return [];
  const { execution, progress } = own.state;
  const { authority, recommendation } = execution;
  const { digest } = recommendation.plan;
  const broken: string[] = [];
  // Pods that aren't there yet are measured, too, and so are failures.
  const couldSee = asker.saw.has(own.service) || asker.saw.get(errorsOf(own.service)) === false || !isWhole;
  if (progress === null && !couldSee) broken.push(`2: ${what}, whose trouble nobody could measure`);
  if (!isOfPlan(change, recommendation.plan)) broken.push(`2: ${what} isn't in its plan`);
  if (authority.by === 'timeout') {
    if (progress === null && now > authority.at + MOST_LATE_MS)
      broken.push(`4: ${what} ${(now - authority.at) / 1000} s after its deadline`);
    if (!heard.some((one) => one.incident === own.id && one.at <= authority.at && isAbout(one, digest)))
      broken.push(`4: ${what} without anybody having heard of that plan`);
  }
  if (authority.by === 'person') {
    const click = clicks.find(({ user, incident }) => user === authority.user && incident === own.id);
    if (!click) broken.push(`3: ${what} on the word of ${authority.user}, who said nothing`);
    // Without one it is whatever is asked when it comes in.
    else if (click.digest !== null && click.digest !== digest)
      broken.push(`3: ${what} on the word of ${authority.user}, who saw another plan`);
  }
  if (authority.by === 'auto' && !decided.has(`${own.id} ${digest}`))
    broken.push(`2: ${what} is another plan than was decided`);
  return broken;
}

const isAbout = ({ planDigest }: Heard, digest: string): boolean =>
  planDigest !== null && digest.startsWith(planDigest);

/** The object that it names, or a pod of whom it moves. */
function isOfPlan({ object, verb }: Change, { target, blastRadius }: Plan): boolean {
  const name = object.slice(object.indexOf('/') + 1);
  if (verb === 'patch') return name === target.name;
  return blastRadius.services.some((service) => name.startsWith(`${service.slice(service.indexOf('/') + 1)}-`));
}
