const RULES: [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*/g, '***'],
  // user:password@ in URLs and connection strings
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@'],
  [/\b(bearer|basic|token)(\s+)[\w.~+/=-]{8,}/gi, '$1$2***'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  [/\b(xox[a-z]|gh[pousr]|sk|pk|AKIA|ASIA)[-_]?[A-Za-z0-9-]{12,}\b/g, '***'],
  [
    /((?:pass(?:word|wd)?|secret|token|credential|api[_-]?key|authorization|cookie|session)[\w-]*["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&}]+)/gi,
    '$1***',
  ],
  [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, '***@***'],
  // Card and account numbers
  [/\b(?:\d[ -]?){14,19}\b/g, '***'],
  [/\b[A-Fa-f0-9]{32,}\b/g, '***'],
];
const CONTROL = /[\p{Cc}\p{Cf}]+/gu;
const ANSI = /\p{Cc}\[[0-9;]*[A-Za-z]/gu;

/** A line of text from outside that is fit to be shown: one line, no secrets that can be told by their looks, at most `maxLength` characters. */
export function maskText(text: string, maxLength: number): string {
  let masked = text.slice(0, 4_000).replace(ANSI, '').replace(CONTROL, ' ').trim();
  for (const [pattern, by] of RULES) masked = masked.replace(pattern, by);
  return masked.length > maxLength ? `${masked.slice(0, maxLength - 1)}…` : masked;
}
