/** What a button or an option carries: ids, and nothing that could be acted on without looking it up. */
export type ButtonValue = { incidentId: string; planDigest: string | null; choice: Choice | null };

/** Entries of the "something else" menu that aren't plans. */
const CHOICES = ['false_alarm', 'escalate', 'page', 'healed_by_human'] as const;
export type Choice = (typeof CHOICES)[number];

/** A digest's first characters name a plan among an incident's few; the incident holds the whole. */
const DIGEST_LENGTH = 16;

/** `<incident>|<first 16 characters of the digest>`, without a digest `<incident>`, for a menu entry `<incident>|~<choice>`. */
export function encodeValue(incidentId: string, planDigest: string | null = null): string {
  const id = incidentId.slice(0, 100);
  return planDigest === null ? id : `${id}|${planDigest.slice(0, DIGEST_LENGTH)}`;
}

export function encodeChoice(incidentId: string, choice: Choice): string {
  return `${incidentId.slice(0, 100)}|~${choice}`;
}

/** Null for anything that this app can't have written. */
export function decodeValue(value: string | undefined): ButtonValue | null {
  const match = /^([A-Za-z0-9_:.-]{1,100})(?:\|(~?)([A-Za-z0-9_:-]{1,40}))?$/.exec(value ?? '');
  if (!match?.[1]) return null;
  const [, incidentId, tilde, rest] = match;
  if (rest === undefined) return { incidentId, planDigest: null, choice: null };
  if (!tilde) return { incidentId, planDigest: rest, choice: null };
  const choice = CHOICES.find((one) => one === rest);
  return choice ? { incidentId, planDigest: null, choice } : null;
}
