/** Of Prometheus and of people. */
export const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const PART = /(\d{1,15}(?:\.\d{1,15})?)(ms|[smhdwy])/g;

/** `90s`, `5m`, `1h30m`, `1.5h` as Prometheus and people write them → milliseconds. What else the text holds is passed over: whoever takes it in has checked it. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(PART)) sum += Number(count) * UNIT_MS[unit!]!;
  return Math.round(sum);
}

/** The same of what nobody has checked; null when it is no duration of hours, minutes, seconds and milliseconds. */
export const parseDuration = (text: string): number | null =>
  /^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text) ? durationMs(text) : null;

/** As people say it: `40 s`, `9 min`, `1 h 20 min`, `3 d 4 h`. */
export function inWords(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return twoUnits(hours, 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** Where seconds count: `45 s`, `4 min 5 s`, `2 h 10 min`. */
export function toTheSecond(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits(minutes, 'min', seconds % 60, 's');
  return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** Where they don't, in one unit: `45 s`, `110 min`, `3 h`. */
export function roughly(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return roughMinutes(ms);
}

/** The same of what is only known to the minute. */
export function roughMinutes(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Always in minutes, as things near are: `45 min`; never fewer than `least`. */
export const inMinutes = (ms: number, least = 0): string => `${Math.max(least, Math.round(ms / 60_000))} min`;

const twoUnits = (large: number, unit: string, rest: number, smaller: string): string =>
  rest === 0 ? `${large} ${unit}` : `${large} ${unit} ${rest} ${smaller}`;
