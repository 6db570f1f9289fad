import type { Mute } from '../../../domain/mute.ts';
import { escapeText, mention } from './escape.ts';
import { dayTime } from './format.ts';

/** One line for what is muted. */
export function muteLine({ namespace, service, by, reason, until }: Mute): string {
  const why = reason === '' ? '' : `: ${escapeText(reason, 200)}`;
  return `🔕 *${escapeText(`${namespace}/${service}`, 160)}* is muted by ${mention(by)} until ${dayTime(until)}${why}.`;
}
