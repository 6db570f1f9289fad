/** The first `max` UTF-16 units of a text, without half characters (what is one already becomes U+FFFD). */
export function headOf(text: string, max: number): string {
  const whole = text.toWellFormed();
  return whole.length <= max ? whole : whole.slice(0, Math.max(0, max)).replace(/[\uD800-\uDBFF]$/, '');
}

/** The text, or its beginning and an ellipsis: at most `max` UTF-16 units, without half characters. */
export function cutText(text: string, max: number): string {
  return text.length <= max ? text.toWellFormed() : `${headOf(text, max - 1)}…`;
}
