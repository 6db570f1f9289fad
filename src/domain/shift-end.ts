import { wallClock } from './wall-clock.ts';

/** When shifts end, in minutes of the day by the clocks of a timezone; none: nobody is told. */
export type Shifts = { timezone: string; ends: readonly number[] };

const DAY_MS = 86_400_000;

/** The shift that ended last, to the minute; null where there are none. The day that clocks are changed on is longer or shorter by that. */
export function lastShift({ timezone, ends }: Shifts, at: number): { from: number; to: number } | null {
  const shown = wallClock(timezone);
  const local = shown(at);
  const today = Math.floor(local / DAY_MS) * DAY_MS;
  const days = [today, today - DAY_MS, today - 2 * DAY_MS];
  const passed = days
    .flatMap((day) => [...new Set(ends)].map((minute) => day + minute * 60_000))
    .filter((one) => one <= local)
    .sort((a, b) => b - a);
  const [to, from] = passed.map((wanted) => {
    const guess = wanted - (local - at);
    return guess + (wanted - shown(guess));
  });
  return to === undefined || from === undefined ? null : { from, to };
}
