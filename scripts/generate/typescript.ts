const LINE = 120;

/** A text as this repository's style writes it. */
export const quoted = (text: string): string =>
  text.includes("'") && !text.includes('"')
    ? `"${text.replaceAll('\\', '\\\\')}"`
    : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** One entry of an object, on one line where it fits. */
export function entry(key: string, fields: [name: string, value: string][]): string {
  const short = `  ${key}: { ${fields.map(([name, value]) => `${name}: ${value}`).join(', ')} },\n`;
  return short.length <= LINE + 1
    ? short
    : `  ${key}: {\n${fields.map(([name, value]) => `    ${name}: ${value},\n`).join('')}  },\n`;
}

/** A list of words, on one line where that fits beside what else is on it. */
export function list(beside: number, words: readonly string[]): string {
  const short = `[${words.map(quoted).join(', ')}]`;
  return short.length + beside <= LINE ? short : `[\n${words.map((word) => `  ${quoted(word)},\n`).join('')}]`;
}
