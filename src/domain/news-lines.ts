import type { TimelineEntry } from './incident.ts';
import { CALM_EDIT_MS, withoutFigures } from './shown-digest.ts';

/** What comes again and again while nothing is decided: said anew it is no news. */
const REPEATED: readonly TimelineEntry['type'][] = ['diagnosed', 'diagnosis_failed', 'anomaly_seen', 'unseen'];

/**
 * Of the timeline's next lines those that tell a reader of the thread something new: not that it looked again, nor what was said a moment ago with other numbers, though something else
 * was said in between, nor each time that an alert comes and goes. `before` are the lines that came earlier. The timeline itself keeps them all.
 */
export function newsLines(before: readonly TimelineEntry[], lines: readonly TimelineEntry[]): TimelineEntry[] {
  const said = new Map<string, number>();
  let last: string | null = null;
  const flaps = new Map<string, { since: number; count: number }>();
  const hear = (line: TimelineEntry) => {
    // What is said after something was asked or done is said anew.
    if (!isQuiet(line)) said.clear();
    if (!REPEATED.includes(line.type)) return;
    said.set(nameOf(line), line.at);
    if (line.type === 'diagnosed') last = nameOf(line);
  };
  /** How often these alerts have come and gone, without anything following from it, since it was last said. */
  const flapped = (line: TimelineEntry): number => {
    if (line.type !== 'alerts' || line.from !== line.to) return 0;
    const name = nameOf(line);
    const known = flaps.get(name);
    const flap = known && line.at - known.since <= CALM_EDIT_MS ? known : { since: line.at, count: 0 };
    flap.count += 1;
    flaps.set(name, flap);
    return flap.count;
  };
  for (const line of before) {
    hear(line);
    flapped(line);
  }
  return lines.flatMap((line) => {
    const isNew = isNews(line);
    const count = flapped(line);
    if (!isNew || count > FLAPS) return [];
    return [count === FLAPS ? { ...line, message: `${line.message}; ${COMES_AND_GOES}` } : line];
  });

  function isNews(line: TimelineEntry): boolean {
    const name = nameOf(line);
    const at = said.get(name);
    const isSaid = name === last || (isQuiet(line) && at !== undefined && line.at - at <= CALM_EDIT_MS);
    hear(line);
    return line.type !== 'watch_ended' && !(REPEATED.includes(line.type) && isSaid);
  }
}

/** Fired, ended, and fired again is said; what follows is the same once more. */
const FLAPS = 3;
const COMES_AND_GOES = 'it comes and goes, and is not said again for five minutes';

/** Leads to nothing that is asked or done. */
const isQuiet = ({ to }: TimelineEntry): boolean => to === 'noticed' || to === 'watching';

const nameOf = ({ type, to, message }: TimelineEntry): string => `${type} ${to} ${withoutFigures(message)}`;
