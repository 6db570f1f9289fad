import type { TimelineEntry } from './incident.ts';
import { CALM_EDIT_MS, withoutFigures } from './shown-digest.ts';

/** What comes again and again while nothing is decided: said anew it is no news. */
const REPEATED: readonly TimelineEntry['type'][] = ['diagnosed', 'diagnosis_failed', 'anomaly_seen', 'unseen'];

/**
 * Of the timeline's next lines those that tell a reader of the thread something new: not that it looked again, nor what was said a moment ago with other numbers, though something else
 * was said in between. `before` are the lines that came earlier. The timeline itself keeps them all.
 */
export function newsLines(before: readonly TimelineEntry[], lines: readonly TimelineEntry[]): TimelineEntry[] {
  const said = new Map<string, number>();
  let last: string | null = null;
  const hear = (line: TimelineEntry) => {
    // What is said after something was asked or done is said anew.
    if (!isQuiet(line)) said.clear();
    if (!REPEATED.includes(line.type)) return;
    said.set(nameOf(line), line.at);
    if (line.type === 'diagnosed') last = nameOf(line);
  };
  for (const line of before) hear(line);
  return lines.filter((line) => {
    const name = nameOf(line);
    const at = said.get(name);
    const isSaid = name === last || (isQuiet(line) && at !== undefined && line.at - at <= CALM_EDIT_MS);
    hear(line);
    return line.type !== 'watch_ended' && !(REPEATED.includes(line.type) && isSaid);
  });
}

/** Leads to nothing that is asked or done. */
const isQuiet = ({ to }: TimelineEntry): boolean => to === 'noticed' || to === 'watching';

const nameOf = ({ type, to, message }: TimelineEntry): string => `${type} ${to} ${withoutFigures(message)}`;
