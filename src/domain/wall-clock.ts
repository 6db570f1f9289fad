/** Every change of a clock, in every zone, falls on a quarter of an hour (UTC). */
const BLOCK_MS = 900_000;

/**
 * Answers what the clocks of a timezone (IANA name) show at an instant, as the epoch ms at which UTC clocks would show the same; when
 * clocks go back an hour is shown twice, when they go forward one never is. Throws a RangeError when there is no such timezone.
 */
export function wallClock(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const offsets = new Map<number, number>();
  const offsetOf = (block: number): number => {
    const at = block * BLOCK_MS;
    const shown: Partial<Record<string, number>> = {};
    for (const { type, value } of format.formatToParts(at)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute) - at;
  };
  return (at) => {
    const block = Math.floor(at / BLOCK_MS);
    const known = offsets.get(block) ?? offsetOf(block);
    offsets.set(block, known);
    return at + known;
  };
}
