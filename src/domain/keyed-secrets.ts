const SECRET =
  /passw(?:or)?d|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|routing[-_]?key|authorization|auth(?![a-z])|cookie|session|credential|signature|dsn(?![a-z])/i;
const KEY = /(?<![\w.-])([\w.-]+)(?:\\?["'])?\s*[=:]\s*/g;
const VALUE = /(?:bearer|basic|digest|token)\s+[^\s"',;&)\]}]+|\\"[^"\\]*\\"|"[^"]*"|'[^']*'|[^\s,;&)\]}]+/iy;

/** Whether what stands under this name is somebody's secret, as far as a name can tell. */
export const isSecretName = (name: string): boolean => SECRET.test(name);

/**
 * Takes out what stands under the name of a secret (`password=…`, `"token": "…"`, `X-Api-Key: …`). Each key is looked at once and each value
 * read once, so the time grows with the text and no faster.
 */
export function maskKeyed(text: string, by: string): string {
  if (!SECRET.test(text)) return text;
  let masked = '';
  let done = 0;
  for (const { 0: whole, 1: name = '', index } of text.matchAll(KEY)) {
    if (index < done || !SECRET.test(name)) continue;
    VALUE.lastIndex = index + whole.length;
    const value = VALUE.exec(text);
    if (!value) continue;
    masked += text.slice(done, value.index) + by;
    done = value.index + value[0].length;
  }
  return masked + text.slice(done);
}
