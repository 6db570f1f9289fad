import { wallClock } from '../wall-clock.ts';

/** When people are at work anyway. `days`: 1 is Monday, 7 Sunday; `from` and `to` in minutes of the day, `to` outside. */
export type WorkingHours = { timezone: string; days: readonly number[]; from: number; to: number };

export const OFFICE_HOURS: WorkingHours = { timezone: 'UTC', days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60 };

const DAY_MS = 86_400_000;

/** Answers whether an instant is within working hours, by the clocks of their timezone. */
export function workingHours({ timezone, days, from, to }: WorkingHours): (at: number) => boolean {
  const shown = wallClock(timezone);
  return (at) => {
    const local = shown(at);
    // 1 January 1970 was a Thursday.
    const day = ((Math.floor(local / DAY_MS) + 3) % 7) + 1;
    const minute = Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / 60_000);
    return days.includes(day) && minute >= from && minute < to;
  };
}

/** When work begins on the first working day of the week that an instant is in, by the clocks of their timezone; to the minute. */
export function weekBegin(hours: WorkingHours, at: number): number {
  const shown = wallClock(hours.timezone);
  const local = shown(at);
  const day = Math.floor(local / DAY_MS);
  const monday = day - ((day + 3) % 7);
  const wanted = (monday + Math.min(...hours.days) - 1) * DAY_MS + hours.from * 60_000;
  // What the clocks show there differs from UTC by another offset where they were put forward in between.
  const guess = wanted - (local - at);
  return guess + (wanted - shown(guess));
}
