import type { StateFact } from './state-cause.ts';

/** What a field should be, in words that several kinds of cause share: read after "should be". */

/** The value of a fact beside the first, at such a field. */
export const valueBeside = (facts: readonly StateFact[], field: RegExp): string | null =>
  facts.slice(1).find((one) => field.test(one.field))?.value || null;

export const aDeclaredPort = (facts: readonly StateFact[]): string => {
  const declared = valueBeside(facts, /\.ports$/);
  return declared === null ? 'a port on which the program listens' : `a port of the container: ${declared}`;
};

export const moreThanUsed = (what: string) => (facts: readonly StateFact[]) => {
  const used = valueBeside(facts, /used/);
  return used === null ? `more ${what}, or less asked for` : `more than is used (${used}), or less asked for`;
};
