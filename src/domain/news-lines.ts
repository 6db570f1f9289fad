import type { TimelineEntry } from './incident.ts';

/**
 * Of the timeline's next lines those that tell a reader of the thread something new: not that it looked again, nor that it came to the same conclusion with other numbers. `before` are the lines that came earlier.
 * The timeline itself keeps them all.
 */
export function newsLines(before: readonly TimelineEntry[], lines: readonly TimelineEntry[]): TimelineEntry[] {
  let known = conclusionOf(before.findLast((line) => line.type === 'diagnosed'));
  return lines.filter((line) => {
    if (line.type === 'watch_ended') return false;
    if (line.type !== 'diagnosed') return true;
    const conclusion = conclusionOf(line);
    const isNew = conclusion !== known;
    known = conclusion;
    return isNew;
  });
}

const conclusionOf = (line: TimelineEntry | undefined): string | null =>
  line ? `${line.to} ${line.message.replaceAll(/(?<![\w-])\d[\d.,]*( (%|ms|s|min|h)(?!\w))?/g, '#')}` : null;
