import { WHOSE_WORDS } from './cause-kind.ts';
import { causeKindInfo } from './known-cause.ts';
import { lastChange } from './last-change.ts';
import { maskText } from './mask-text.ts';
import { ownerTold } from './object-owner.ts';
import { objectKey, refText } from './snapshot/snapshot.ts';
import type { StateCause } from './snapshot/state-cause.ts';
import type { HandOver } from './types/hand-over.ts';

const MOST_FACTS = 3;
const MOST_VALUE = 200;
const MOST_COMMAND = 600;

/** What the keeper of the object (Argo CD, Flux, Helm, an operator) says of itself, once somebody has looked. */
export type KeeperTold = { name: string; how: string };

/** A convicted cause as a person needs it who has to mend it: the object, the field, what it is and should be, the command, whose it is and who changed it. Pure; `raw` is the object as the API server has it, null where it isn't known. */
export function handOverOf(
  cause: StateCause & { should: string },
  raw: Record<string, unknown> | null,
  keeper: KeeperTold | null,
): HandOver {
  const [first] = cause.facts;
  const told = raw ? ownerTold(raw) : { people: [], sources: [] };
  const change = raw && first ? lastChange(raw, first.field) : null;
  const { title, whose } = causeKindInfo(cause.what);
  return {
    what: cause.what,
    object: { kind: cause.object.kind, namespace: cause.object.namespace, name: cause.object.name },
    title,
    facts: cause.facts.slice(0, MOST_FACTS).map(({ object, field, value }) => ({
      ...(objectKey(object) === objectKey(cause.object) ? {} : { object: refText(object) }),
      field: maskText(field, MOST_VALUE),
      value: maskText(value, MOST_VALUE),
    })),
    should: maskText(cause.should, MOST_VALUE),
    command: maskText(cause.command, MOST_COMMAND),
    owner: [
      ...told.people.map((one) => maskText(one, 120)),
      ...told.sources.map((one) => maskText(one, 160)),
      ...(keeper ? [keeper.name] : []),
    ],
    whose: WHOSE_WORDS[whose],
    ...(keeper ? { inGit: keeper.how } : {}),
    ...(change ? { changed: change } : {}),
  };
}

/** "Service shop/cart: the Service's selector fits no pod: spec.selector is {…}, and should be …": the fact that convicts, in one line. */
export function handOverLine({ object, title, facts, should }: HandOver): string {
  const [first] = facts;
  const is = first ? `: ${first.object ? `${first.object} ` : ''}${first.field} is ${first.value || '(empty)'}` : '';
  return `${refText(object)}: ${title}${is}${should === undefined ? '' : `; it should be ${should}`}`;
}

/** Whose it is, in words: by its own labels where they say, else who would have to know. */
export const ownerWords = ({ owner, whose }: HandOver): string => (owner.length > 0 ? owner.join(', ') : whose);
