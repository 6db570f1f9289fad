export const FONT = 'DejaVu Sans';

/** Outside text: one line, nothing that XML can't hold, bounded. */
export function chartWords(text: string, most: number): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFE\uFFFF]/gu, ' ')
    .trim();
  return clean.length <= most ? clean : `${clean.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
