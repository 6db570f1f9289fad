import type { Pause } from '../../../ports/store.ts';
import { escapeText, mention } from './escape.ts';
import { dayTime } from './format.ts';

/** For a post that must ring nowhere. */
export const pausedWithoutNames = (pause: Pause): string | null => pausedLine({ ...pause, by: null });

/** Null while Nightshift isn't paused. */
export function pausedLine(pause: Pause): string | null {
  if (!pause.paused) return null;
  const by = pause.by ? ` by ${mention(pause.by)}` : '';
  const at = pause.at === null ? '' : ` since ${dayTime(pause.at)}`;
  const until = pause.until === null ? '' : `, until ${dayTime(pause.until)}`;
  const why = pause.reason ? `: ${escapeText(pause.reason, 200)}` : '';
  return `*Nightshift is paused*${by}${at}${until}${why}. \`/heal resume\` lifts it.`;
}
