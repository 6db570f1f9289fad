import { cutText } from '../../domain/cut-text.ts';
export const FONT = 'DejaVu Sans';

/**
 * Outside text: one line, nothing that XML can't hold, bounded. What every object has under its name (`__proto__`) gets a hard space: the chart
 * library keeps widths by text in a plain object, and would write into the prototype of all.
 */
export function chartWords(text: string, most: number): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFE\uFFFF]/gu, ' ')
    .trim();
  if (clean in {}) return `${clean}\u00A0`;
  return cutText(clean, most);
}
