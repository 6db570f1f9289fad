import { durationMs } from './duration.ts';
import type { RejectReason } from './rejection.ts';

/** What a note in the pager decides; null: it is a note for people. */
export type NoteDecision =
  | { kind: 'approve' }
  | { kind: 'reject'; reason: RejectReason | null; note: string }
  | { kind: 'hold'; forMs: number };

const HOLD_MS = 30 * 60_000;
const LONGEST_HOLD_MS = 24 * 3_600_000;
const MOST_NOTE = 300;

/** `approve`, `reject too risky now`, `hold` or `hold 30m`: the first word of the note, and nothing that only mentions it. */
export function readNote(content: string): NoteDecision | null {
  const text = content.trim().slice(0, 2_000);
  const word = /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '';
  const rest = text.slice(word.length).replace(/^[\s:,.-]+/, '');
  switch (word) {
    case 'approve':
    case 'approved':
      return /^[.!]?$/.test(rest) ? { kind: 'approve' } : null;
    case 'reject':
    case 'rejected':
      return { kind: 'reject', reason: reasonIn(rest), note: rest.slice(0, MOST_NOTE) };
    case 'hold':
      return held(rest);
    default:
      return null;
  }
}

function held(rest: string): NoteDecision | null {
  if (rest === '') return { kind: 'hold', forMs: HOLD_MS };
  const match = /^(\d{1,4})\s?(m|min|h)$/i.exec(rest);
  if (!match) return null;
  const forMs = durationMs(`${match[1]}${match[2]?.[0]?.toLowerCase()}`);
  return forMs > 0 && forMs <= LONGEST_HOLD_MS ? { kind: 'hold', forMs } : null;
}

const REASONS: [RegExp, RejectReason][] = [
  [/\bfalse alarm\b/i, 'false_alarm'],
  [/\bnot the cause\b/i, 'not_the_cause'],
  [/\bwrong fix\b/i, 'wrong_fix'],
  [/\btoo risky\b|\brisky\b/i, 'too_risky'],
  [/\bby hand\b|\bmyself\b/i, 'handled_by_hand'],
];
const reasonIn = (text: string): RejectReason | null => REASONS.find(([words]) => words.test(text))?.[1] ?? null;
