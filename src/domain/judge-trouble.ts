import { type Health, inTrouble, isInTrouble, isNearlyBack, isOf, isWell, knownValue, vitalNamed } from './health.ts';
import type { IssueKind, KindLook } from './issue-kind.ts';
import { nameIssue } from './name-issue.ts';
import type { Issue } from './types/diagnosis.ts';
import type { EntityRef } from './types/entity.ts';
import { vitalMessage } from './vital-message.ts';

/** The trouble of an incident as it stands. `gone` needs known vitals back where they belong; silence is `unknown`, never health. */
export type TroubleState = {
  kind: 'present' | 'gone' | 'unknown';
  severity: number | null;
  message: string;
  /** With `gone`: its alert fires on until somebody has tidied up, which is no trouble. */
  alertStays?: true;
};

/** A vital of one service that must stay under `below`, in band or not: where the playbook begins, or what is promised. */
export type Ceiling = { namespace: string; service: string; vital: string; below: number; why: string };

export type TroubleInput = {
  kinds: readonly IssueKind[];
  /** As it was diagnosed; null: no fact has shown trouble yet, and then any trouble counts. */
  issue: Issue | null;
  /** Where the issue was measured; then the service that hurts and the named cause, where they are others. */
  looks: [KindLook, ...KindLook[]];
  /** How they stood when it was diagnosed; those that are missing weren't looked at. */
  before: readonly Health[];
  ceilings: readonly Ceiling[];
};

/** What may stand badly for its own reasons before and after; who waits, fails or crashes is never left out. */
const MAY_BE_OLD = new Set(['memory', 'cpu', 'queue', 'traffic', 'nodes', 'stuck']);

/** Present comes before unknown, and unknown before gone. Pure. */
export function judgeTrouble(input: TroubleInput): TroubleState {
  const { kinds, issue, looks } = input;
  const kind = kinds.find(({ name, byRule }) => name === issue?.kind && !byRule) ?? null;
  const [own] = looks;
  const severity = kind ? kind.severity(own) : nameIssue(kinds, own).issue.severity;
  const present = presentIn(input, kind);
  if (present !== null) return { kind: 'present', severity, message: present };
  const unknown = unknownIn(input, kind);
  if (unknown !== null) return { kind: 'unknown', severity: null, message: unknown };
  // A node that is closed and empty may be as ill as before.
  const others = looks.slice(1).map(({ health }) => `${health.service} ${isNode(health) ? 'hurts nobody' : 'is well'}`);
  const over = kind ? kind.over(own.health) : `${own.health.service}: no trouble is measured any more`;
  return { kind: 'gone', severity, message: [over, ...others].join('; ') };
}

/** Nodes have no namespace. */
const isNode = ({ namespace }: Health): boolean => namespace === '';

/** What a change is made on. `other`: what it was to be made against is over, and what is left is no ground for it. */
export type Ground = TroubleState | { kind: 'other'; severity: null; message: string };

/** As a change is made on it: other trouble than was diagnosed is no ground for a step against this one. Present counts only while what shows its kind can be read. `health`: where it was measured, then the others. */
export function asGround(
  trouble: TroubleState,
  kinds: readonly IssueKind[],
  issue: Issue | null,
  health: readonly Health[],
  target: Pick<EntityRef, 'kind'>,
): Ground {
  const kind = kinds.find(({ name, byRule }) => name === issue?.kind && !byRule);
  const [own] = health;
  if (trouble.kind !== 'present' || !kind || !issue || !own) return trouble;
  const shown = kind.shownBy.map((name) => vitalNamed(own, name));
  if (shown.length > 0 && shown.every((vital) => vital.kind === 'unknown')) {
    const why = shown.flatMap((vital) => (vital.kind === 'unknown' ? [vital.message] : []))[0];
    const message = `${own.service}: its ${kind.shownBy.join(', ')} can't be read (${why}). Besides: ${trouble.message}`;
    return { kind: 'unknown', severity: null, message };
  }
  const over = isOver(kind, issue, own) && target.kind !== 'Node' && onlyNodesAreIll(health);
  return over ? { kind: 'other', severity: null, message: `${kind.over(own)}; but ${trouble.message}` } : trouble;
}

/** What is measured as a rate, and known to be well: a crash that isn't seen for a moment may come again. */
const isOver = (kind: IssueKind, issue: Issue, own: Health): boolean =>
  kind.overWindow &&
  !issue.ahead &&
  kind.shownBy.every((name) => isWell(own, name)) &&
  (kind.lingers?.({ health: own, findings: [] }, issue) ?? null) === null;

function onlyNodesAreIll(health: readonly Health[]): boolean {
  const ill = health.flatMap(inTrouble);
  return ill.length > 0 && ill.every((name) => name === 'nodes');
}

/** What shows trouble in any of them, in words; null: nothing that is known does. */
function presentIn({ kinds, issue, looks, before, ceilings }: TroubleInput, kind: IssueKind | null): string | null {
  const [own] = looks;
  const isBack = (look: KindLook, name: string) =>
    isNearlyBack(look.health, name, valueBefore(look.health, name, before)) ||
    (look === own && name === kind?.level && isNearlyBack(look.health, name, issue?.severity ?? null));
  const shown = kind?.present(own);
  if (shown && !isBack(own, kind?.level ?? '')) return shown.message;
  for (const look of looks) {
    const shows = (name: string) => look === own && (kind?.shownBy.includes(name) ?? true);
    const counting = inTrouble(look.health).filter(
      (name) => !isBack(look, name) && (shows(name) || !isOld(look.health, name, before)),
    );
    if (counting.length > 0) return wordsFor(kinds, look, counting);
  }
  const over = ceilings.find((one) => isAtCeiling(looks, one));
  if (over) return `${over.service}: ${over.why}`;
  if (!kind || !issue) return null;
  return (issue.ahead ? kind.ahead?.lingers(own, issue) : null) ?? kind.lingers?.(own, issue) ?? null;
}

function wordsFor(kinds: readonly IssueKind[], look: KindLook, names: string[]): string {
  const vitals = Object.fromEntries(names.map((name) => [name, vitalNamed(look.health, name)]));
  const counts = { restarts: vitalNamed(look.health, 'restarts'), pods: vitalNamed(look.health, 'pods') };
  const named = nameIssue(kinds, { health: { ...look.health, vitals: { ...counts, ...vitals } }, findings: [] });
  if (named.measured) return named.issue.message;
  return `${look.health.service}: ${names.map((name) => vitalMessage(look.health, name)).join(', ')}`;
}

function valueBefore(health: Health, name: string, before: readonly Health[]): number | null {
  const then = before.find((one) => isOf(one, health));
  return then ? knownValue(then, name) : null;
}

/** A node that is the named cause is never left out (it has no namespace). */
const isOld = (health: Health, name: string, before: readonly Health[]): boolean =>
  !isNode(health) && MAY_BE_OLD.has(name) && before.some((one) => isOf(one, health) && isInTrouble(one, name));

const isAtCeiling = (looks: readonly KindLook[], { below, vital, ...of }: Ceiling): boolean =>
  looks.some(({ health }) => {
    const value = isOf(health, of) ? knownValue(health, vital) : null;
    return value !== null && value >= below;
  });

/** What isn't known though it must be before this may be called over; null: enough is known. */
function unknownIn({ issue, looks, before }: TroubleInput, kind: IssueKind | null): string | null {
  const [own] = looks;
  const deleted = looks.find(({ health }) => health.object === 'deleted');
  if (deleted) return `${deleted.health.service} was deleted: that is not health`;
  const idle = looks.find(({ health }) => isStopped(health, before));
  if (idle) return `${idle.health.service}: no pod of it runs any more`;
  const silent = looks.flatMap(({ health }) =>
    mustBeKnown(health, before, kind, issue)
      .filter((name) => vitalNamed(health, name).kind === 'unknown')
      .map((name) => `${health.service}: ${vitalMessage(health, name)}`),
  );
  if (silent.length > 0) return [...new Set(silent)].slice(0, 3).join('; ');
  if (issue && !kind) return `nothing here measures ${issue.kind.replaceAll('_', ' ')}`;
  const shows = kind ? kind.shownBy : Object.keys(own.health.vitals);
  if (shows.some((name) => knownValue(own.health, name) !== null)) return null;
  return `${own.health.service}: nothing that would show it is measured here`;
}

/** The kind's own vitals, and whatever was in trouble when it was diagnosed. Without a kind: everything that somebody measures. */
function mustBeKnown(health: Health, before: readonly Health[], kind: IssueKind | null, issue: Issue | null): string[] {
  const then = before.filter((one) => isOf(one, health)).flatMap(inTrouble);
  if (!kind) return [...new Set([...then, ...Object.keys(health.vitals)])];
  const ahead = issue?.ahead ? (kind.ahead?.needs ?? []) : [];
  return [...new Set([...then, ...kind.needs, ...ahead])];
}

/** It had pods that served, and has none: whether it would be well can't be seen. */
const isStopped = (health: Health, before: readonly Health[]): boolean =>
  knownValue(health, 'pods') === 0 && before.some((one) => isOf(one, health) && (knownValue(one, 'pods') ?? 0) > 0);
