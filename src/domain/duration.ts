const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90s`, `5m`, `1h30m` as Prometheus and people write them → milliseconds. What else the text holds is passed over: whoever takes it in has checked it. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d{1,15})(ms|[smhdw])/g)) sum += Number(count) * UNIT_MS[unit!]!;
  return sum;
}
