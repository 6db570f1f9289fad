import { createHash } from 'node:crypto';
import { cutText } from './cut-text.ts';
import type { TimelineEntry } from './incident.ts';

/** What goes into the record of who decided what: append-only, each entry holding the hash of the one before. `person` stands in it as a token that says nothing by itself, so that he can be forgotten. */
export type AuditEvent = { payload: AuditPayload; person: string | null };
export type AuditPayload = {
  at: number;
  incident: string | null;
  type: string;
  message: string;
  from?: string;
  to?: string;
  digest?: string;
};
/** As it is stored: SHA-256 (hex) of the text, a space, the text. */
export type AuditLine = string;
export type AuditHead = { seq: number; hash: string };

const AUDITED = new Set<TimelineEntry['type']>([
  ...(['diagnosed', 'approved', 'rejected', 'option_chosen', 'held', 'deadline_reached', 'authorised'] as const),
  ...(['executed', 'execution_failed', 'not_made', 'verified', 'undo_asked', 'undone', 'undo_failed'] as const),
  ...(['given_back', 'cure_asked', 'acknowledged', 'page_asked', 'closed_by_human', 'feedback'] as const),
]);
const MOST_TEXT = 300;

/** Those lines that are decisions, and what came of them; a diagnosis counts where something follows from it. Pure. */
export function auditEvents(incident: string, lines: readonly TimelineEntry[]): AuditEvent[] {
  return lines
    .filter(({ type, from, to }) => AUDITED.has(type) && (type !== 'diagnosed' || from !== to))
    .map(({ at, type, message, by, from, to }) => ({
      payload: {
        at,
        incident,
        type,
        message: cutText(by ? message.replaceAll(by, 'somebody') : message, MOST_TEXT),
        from,
        to,
      },
      person: by,
    }));
}

export type ChainVerdict = { ok: true; entries: number } | { ok: false; entry: number; why: string };

/** Checks a whole chain from its first entry on, and that it reaches its head; says at which entry (from 1) it breaks. Pure. */
export function verifyChain(lines: readonly AuditLine[], head: AuditHead | null): ChainVerdict {
  let before = '';
  for (const [index, line] of lines.entries()) {
    const entry = index + 1;
    const why = faultOf(line, entry, before);
    if (why !== null) return { ok: false, entry, why };
    before = line.slice(0, HASH);
  }
  if (head && (head.seq !== lines.length || head.hash !== before)) {
    const why = `the chain ends at entry ${lines.length}, and ${head.seq} were written: what came after is missing`;
    return { ok: false, entry: lines.length + 1, why };
  }
  return { ok: true, entries: lines.length };
}

const HASH = 64;

function faultOf(line: AuditLine, entry: number, before: string): string | null {
  const [hash, text] = [line.slice(0, HASH), line.slice(HASH + 1)];
  if (createHash('sha256').update(text).digest('hex') !== hash)
    return 'its text is not what its hash was made of: it was changed';
  const read = readEntry(text);
  if (read === null) return 'it is no JSON';
  if (read.seq !== entry) return `it says that it is entry ${read.seq}: one was taken out, put in or moved`;
  if (read.prev !== before) return 'it does not follow the entry before: one of the two was replaced';
  return null;
}

export type AuditEntry = AuditPayload & { seq: number; prev: string; by: string | null };

export function readEntry(text: string): AuditEntry | null {
  try {
    return JSON.parse(text) as AuditEntry;
  } catch {
    return null;
  }
}

/** One JSON object a line, for a SIEM: the entry, its hash, and who it was while he is known. */
export function exportedLine(line: AuditLine, people: Record<string, string>): string {
  const entry = readEntry(line.slice(HASH + 1));
  if (entry === null) return JSON.stringify({ unreadable: line.slice(0, 500) });
  return JSON.stringify({
    ...entry,
    user: entry.by === null ? null : (people[entry.by] ?? null),
    hash: line.slice(0, HASH),
  });
}
