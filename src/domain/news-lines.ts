import type { TimelineEntry } from './incident.ts';
import { CALM_EDIT_MS, withoutFigures } from './shown-digest.ts';

/** What comes again and again while nothing is decided: said anew it is no news. */
const REPEATED: readonly TimelineEntry['type'][] = ['diagnosed', 'diagnosis_failed', 'anomaly_seen', 'unseen'];

/** An alert that ends, or fires again, with nothing following from it is told only when it has stood for so long: until then it may be coming and going. */
const STANDS_MS = 20_000;
/** So many changes of the same alerts within `CALM_EDIT_MS` are worth a word. */
const OFTEN = 4;

/**
 * Of the timeline's next lines those that tell a reader of the thread something new: not that it looked again, nor what was said a moment ago with other numbers, though something else
 * was said in between, nor that an alert comes and goes: that it came is told once, and of how it goes on only what has stood. `before` are the lines that came earlier. The timeline itself keeps them all.
 */
export function newsLines(before: readonly TimelineEntry[], lines: readonly TimelineEntry[]): TimelineEntry[] {
  const said = new Map<string, number>();
  let last: string | null = null;
  const flapped = createFlaps();
  const hear = (line: TimelineEntry) => {
    // What is said after something was asked or done is said anew.
    if (!isQuiet(line)) said.clear();
    if (!REPEATED.includes(line.type)) return;
    said.set(nameOf(line), line.at);
    if (line.type === 'diagnosed') last = nameOf(line);
  };
  for (const line of before) {
    hear(line);
    flapped(line);
  }
  return lines.filter((line, index) => {
    const isNew = isNews(line);
    const count = flapped(line);
    const stood =
      count === 2 && !lines.slice(index + 1).some((later) => isFlap(later) && nameOf(later) === nameOf(line));
    return isNew && (count <= 1 || stood);
  });

  function isNews(line: TimelineEntry): boolean {
    const name = nameOf(line);
    const at = said.get(name);
    const isSaid = name === last || (isQuiet(line) && at !== undefined && line.at - at <= CALM_EDIT_MS);
    hear(line);
    return line.type !== 'watch_ended' && !(REPEATED.includes(line.type) && isSaid);
  }
}

/** How many of the next lines can be told now: an alert that has just gone back to what it was waits, with what nobody acts on after it. `until`: when to look again, null where none waits. */
export function linesThatStand(
  before: readonly TimelineEntry[],
  lines: readonly TimelineEntry[],
  now: number,
): { count: number; until: number | null } {
  const flapped = createFlaps();
  for (const line of before) flapped(line);
  const counts = lines.map(flapped);
  const count = lines.findIndex(
    (line, index) =>
      counts[index] === 2 &&
      now - line.at < STANDS_MS &&
      lines.slice(index + 1).every((later) => isQuiet(later) && !(isFlap(later) && nameOf(later) === nameOf(line))),
  );
  return count < 0 ? { count: lines.length, until: null } : { count, until: lines[count]!.at + STANDS_MS };
}

/** How often the same alerts have changed lately, with nothing following from it; 0: not often. Goes by the lines alone, whatever the time. */
export function comesAndGoes(timeline: readonly TimelineEntry[]): number {
  const flapped = createFlaps();
  const counts = timeline.map(flapped);
  const count = counts.findLast((one) => one > 0) ?? 0;
  return count < OFTEN ? 0 : count;
}

/** Told line by line; how often the line's alerts have come and gone within `CALM_EDIT_MS`, this time included. 0: the line is about something else, or something followed from it. */
function createFlaps(): (line: TimelineEntry) => number {
  const flaps = new Map<string, { since: number; count: number }>();
  return (line) => {
    if (!isFlap(line)) return 0;
    const name = nameOf(line);
    const known = flaps.get(name);
    const flap = known && line.at - known.since <= CALM_EDIT_MS ? known : { since: line.at, count: 0 };
    flap.count += 1;
    flaps.set(name, flap);
    return flap.count;
  };
}

const isFlap = (line: TimelineEntry): boolean => line.type === 'alerts' && line.from === line.to;

/** Leads to nothing that is asked or done. */
const isQuiet = ({ to }: TimelineEntry): boolean => to === 'noticed' || to === 'watching';

const nameOf = ({ type, to, message }: TimelineEntry): string => `${type} ${to} ${withoutFigures(message)}`;
