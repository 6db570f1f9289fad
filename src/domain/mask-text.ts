import { cutText, headOf } from './cut-text.ts';
import { isSecretName, maskKeyed } from './keyed-secrets.ts';

/** Each is linear: a run of characters is begun once (the look behind), or its length is bounded. */
const BEFORE_KEYED: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*/g, '***'],
  // user:password@ in URLs and connection strings
  [/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]+@/gi, '$1***@'],
  [/\b(bearer|basic|token)(\s+)[\w.~+/=-]{8,}/gi, '$1$2***'],
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '***'],
  [/\b(xox[a-z]|gh[pousr]|github_pat|glpat|sk|pk|AKIA|ASIA|AIza)[-_]?[\w-]{12,}/g, '***'],
];
const AFTER_KEYED: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+/g, '***@***'],
  // Card and account numbers
  [/\b(?:\d[ -]?){14,19}\b/g, '***'],
  [/\b[A-Fa-f0-9]{32,}\b/g, '***'],
];
const CONTROL = /[\p{Cc}\p{Cf}]+/gu;
const ANSI = /\p{Cc}\[[0-9;]*[A-Za-z]/gu;
/** What is looked at of a text, in characters. */
const MOST = 4_000;

/** A line of text from outside that is fit to be shown: one line, no secrets that can be told by their looks or their names, at most `maxLength` characters. */
export function maskText(text: string, maxLength: number): string {
  return cutText(maskSecrets(headOf(text, MOST).replace(ANSI, '').replace(CONTROL, ' ').trim()), maxLength);
}

/** The text without secrets that can be told by their looks or their names; all else stays. */
export function maskSecrets(text: string): string {
  let masked = text;
  for (const [pattern, by] of BEFORE_KEYED) masked = masked.replace(pattern, by);
  masked = maskKeyed(masked, '***');
  for (const [pattern, by] of AFTER_KEYED) masked = masked.replace(pattern, by);
  return masked;
}

/** Labels or annotations fit to be kept and shown: a value under a secret's name goes whole. */
export function maskTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [name, isSecretName(name) ? '***' : maskSecrets(value)]),
  );
}
