import { WHOSE_WORDS, type Whose } from './cause-kind.ts';
import { causeKindInfo } from './cause-kind-info.ts';
import { lastChange } from './last-change.ts';
import { maskText } from './mask-text.ts';
import { ownerTold } from './object-owner.ts';
import { type ObjectRef, objectKey, refText } from './snapshot/snapshot.ts';
import type { StateCause } from './snapshot/state-cause.ts';
import type { Finding } from './types/finding.ts';
import type { HandOver } from './types/hand-over.ts';

const MOST_FACTS = 3;
const MOST_VALUE = 200;
const MOST_COMMAND = 600;

/** What the keeper of the object (Argo CD, Flux, Helm, an operator) says of itself, once somebody has looked. */
export type KeeperTold = { name: string; how: string };

/** What is wrong with which object, however that was found. */
export type Wrong = {
  what: string;
  object: ObjectRef;
  title: string;
  /** `object`: whose field it is, where it is another's. */
  facts: { object?: ObjectRef; field: string; value: string }[];
  should: string | null;
  command: string;
  whose: Whose;
};

export function wrongOf({ what, object, facts, should, command }: StateCause & { should: string }): Wrong {
  const { title, whose } = causeKindInfo(what);
  return { what, object, title, facts, should, command, whose };
}

/** Null: it tells of no object, or not enough to mend it. */
export const wrongByFinding = ({ what, object, command, told }: Finding): Wrong | null =>
  object && command && told
    ? { what, object, title: told.title, facts: told.facts, should: told.should ?? null, command, whose: told.whose }
    : null;

/** As a person needs it who has to mend it: the object, the field, what it is and should be, the command, whose it is and who changed it. Pure; `raw` is the object as the API server has it, null where it isn't known. */
export function handOverOf(wrong: Wrong, raw: Record<string, unknown> | null, keeper: KeeperTold | null): HandOver {
  const [first] = wrong.facts;
  const told = raw ? ownerTold(raw) : { people: [], sources: [] };
  const change = raw && first ? lastChange(raw, first.field) : null;
  const { what, object, should } = wrong;
  return {
    what,
    object: { kind: object.kind, namespace: object.namespace, name: object.name },
    title: wrong.title,
    facts: wrong.facts.slice(0, MOST_FACTS).map((one) => ({
      ...(one.object && objectKey(one.object) !== objectKey(object) ? { object: refText(one.object) } : {}),
      field: maskText(one.field, MOST_VALUE),
      value: maskText(one.value, MOST_VALUE),
    })),
    ...(should === null ? {} : { should: maskText(should, MOST_VALUE) }),
    command: maskText(wrong.command, MOST_COMMAND),
    owner: [
      ...told.people.map((one) => maskText(one, 120)),
      ...told.sources.map((one) => maskText(one, 160)),
      ...(keeper ? [keeper.name] : []),
    ],
    whose: WHOSE_WORDS[wrong.whose],
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
