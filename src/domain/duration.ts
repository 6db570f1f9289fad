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
