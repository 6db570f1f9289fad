/** What a button or an option carries: ids, and nothing that could be acted on without looking it up. */
export type ButtonValue = {
  incidentId: string;
  planDigest: string | null;
  /** When the question was put that the button answers; null where it answers none, or is from an older version. */
  askedAt: number | null;
  choice: Choice | null;
};

/** Entries of the "something else" menu that aren't plans. */
const CHOICES = ['false_alarm', 'escalate', 'page', 'healed_by_human'] as const;
export type Choice = (typeof CHOICES)[number];

/** A digest's first characters name a plan among an incident's few; the incident holds the whole. */
const DIGEST_LENGTH = 16;

/**
 * `<incident>|<first 16 characters of the digest>`, of a question `…:<when it was put, base 36>`; without a digest `<incident>`, for a menu entry `<incident>|~<choice>`.
 * `askedAt` in milliseconds.
 */
export function encodeValue(incidentId: string, planDigest: string | null = null, askedAt?: number): string {
  const id = incidentId.slice(0, 100);
  if (planDigest === null) return id;
  const question = askedAt === undefined ? '' : `:${Math.floor(askedAt).toString(36)}`;
  return `${id}|${planDigest.slice(0, DIGEST_LENGTH)}${question}`;
}

export function encodeChoice(incidentId: string, choice: Choice): string {
  return `${incidentId.slice(0, 100)}|~${choice}`;
}

/** Null for anything that this app can't have written. */
export function decodeValue(value: string | undefined): ButtonValue | null {
  const match = /^([A-Za-z0-9_:.-]{1,100})(?:\|(~?)([A-Za-z0-9_-]{1,40})(?::([0-9a-z]{1,10}))?)?$/.exec(value ?? '');
  if (!match?.[1]) return null;
  const [, incidentId, tilde, rest, asked] = match;
  const askedAt = asked === undefined ? null : Number.parseInt(asked, 36);
  if (rest === undefined) return { incidentId, planDigest: null, askedAt, choice: null };
  if (!tilde) return { incidentId, planDigest: rest, askedAt, choice: null };
  const choice = CHOICES.find((one) => one === rest);
  return choice ? { incidentId, planDigest: null, askedAt: null, choice } : null;
}
