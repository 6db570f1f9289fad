/** Numbers as sentences have them: two digits that mean something. */
export const short = (value: number, digits = 2): string => String(Number(value.toPrecision(digits)));

/** A share to the nearest whole percent: "91 %". */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A share with two digits, for what is small: "0.25 %". */
export const finePercent = (share: number, digits = 2): string => `${short(share * 100, digits)} %`;

/** A probability or a confidence, rounded down: what is shown never claims more than the number that was used (0.9499 isn't the 95 % that a limit of 0.95 asks for). */
export const atLeastPercent = (share: number): string =>
  `${Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)} %`;

/** The same, and what is more than nothing isn't shown as nothing. */
export const shownProbability = (share: number): string =>
  share > 0 && share < 0.01 ? 'under 1 %' : atLeastPercent(share);

/** Seconds, as milliseconds where they are less than one. */
export const seconds = (value: number, digits = 2): string =>
  Math.abs(value) < 1 ? `${short(value * 1000, digits)} ms` : `${short(value, digits)} s`;
