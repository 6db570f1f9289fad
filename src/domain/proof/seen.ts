import type { Seen } from '../types/outcome.ts';
import type { OutcomeRecord } from './outcome-record.ts';
import { overConfidence } from './reliability.ts';
import { seenBefore, TICKET_FROM } from './repeats.ts';

type Trouble = Parameters<typeof seenBefore>[0];

/** What the records say of an incident that is looked at: whether it was there before, and why nothing of it runs by itself for now. Pure. `past` may hold other troubles, too. */
export function knownOf(
  trouble: Trouble,
  past: readonly OutcomeRecord[],
  now: number,
): { seen: Seen | null; mustAsk: string | null } {
  const before = seenBefore(trouble, past);
  const seen = before && {
    times: before.times,
    repeats: before.repeats,
    last: before.last.id,
    at: before.last.over,
    outcome: before.last.outcome,
    tried: [...new Set(before.last.steps.map(({ action }) => action))],
    helped: before.helped,
  };
  const own = past.filter((one) => one.namespace === trouble.namespace && one.service === trouble.service);
  return { seen, mustAsk: mustAsk(seen, overConfidence(own, now)) };
}

function mustAsk(seen: Seen | null, over: string | null): string | null {
  if (seen && seen.repeats >= TICKET_FROM)
    return `it has come back ${seen.repeats} times within a week of being healed: it wants a ticket, not the same again`;
  return over === null ? null : `${over}, so it asks again`;
}

/** The record of the step that healed it last and didn't hold, if this is a repeat: counted against it once. */
export function relapseOf(
  trouble: Trouble,
  past: readonly OutcomeRecord[],
): { id: string; actions: string[]; issue: string } | null {
  const before = seenBefore(trouble, past);
  if (!before?.isRepeat || before.helped.length === 0) return null;
  const issue = (before.last.playbook ?? before.last.issue ?? '').split('/')[0] ?? '';
  return { id: before.last.id, actions: before.helped, issue };
}
