import type { Incident } from './incident.ts';

/** Changes that nobody acts on (it looks again, the same with other numbers) are shown after this long, all in one edit. Of the application's time. */
export const CALM_EDIT_MS = 5 * 60_000;

/** What a message shows, as it is remembered with it. `base`: without numbers and without what only says whether it is looking or watching; `why`: for what it watches, empty while it looks. */
export type DigestParts = { full: string; base: string; why: string };

/** Whether nothing is asked and nothing is being done. */
export const isWaiting = ({ state }: Pick<Incident, 'state'>): boolean =>
  state.name === 'noticed' || state.name === 'watching';

export const joinedDigest = ({ full, base, why }: DigestParts): string => `${full}.${base}.${why}`;

/** Whether a person who has read the one would do nothing else after the other: the same trouble, watched for the same reason or looked at again meanwhile. */
export function isCalmChange(shown: string, now: string): boolean {
  const [, base, why] = shown.split('.');
  const [, baseNow, whyNow] = now.split('.');
  if (base === undefined || base !== baseNow) return false;
  return whyNow === '' || whyNow === why;
}

/** A text without its numbers and their units: what changes from look to look. */
export const withoutFigures = (text: string): string =>
  text.replaceAll(/(?<![\w-])\d[\d.,]*( (%|ms|s|min|h)(?!\w))?/g, '#');
