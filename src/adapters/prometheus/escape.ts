/** A text as the inside of a double-quoted PromQL string: it can neither end the string nor begin an escape. */
export function escapeLabelValue(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
}

/** A text that a `=~` matcher takes literally, ready for the inside of a double-quoted PromQL string (RE2's special characters). */
export function escapeRegex(text: string): string {
  return escapeLabelValue(text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
}
