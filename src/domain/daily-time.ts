import type { DailyTime } from './types/playbook.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const formats = new Map<string, Intl.DateTimeFormat>();
const MOST_ZONES = 200;

/** Minutes after midnight and the day of the week (0 is Sunday) on the clocks of an IANA zone. */
export function clocksIn(zone: string, at: number): { minute: number; day: number } {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return { minute: Number(parts.hour) * 60 + Number(parts.minute), day: DAYS.indexOf(parts.weekday ?? '') };
}

/** The local date and time as `2026-11-27T08:05`, which sorts by time. */
export function localText(zone: string, at: number): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= MOST_ZONES) formats.clear();
  const made = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  formats.set(timeZone, made);
  return made;
}

/** Whether the instant is within the span; from counts, to doesn't. Equal ends are the whole day. */
export function isWithin({ fromMin, toMin, days, zone }: DailyTime, at: number): boolean {
  const { minute, day } = clocksIn(zone, at);
  const isOn = (one: number) => days === undefined || days.includes(one);
  if (fromMin < toMin) return isOn(day) && minute >= fromMin && minute < toMin;
  return (isOn(day) && minute >= fromMin) || (isOn((day + 6) % 7) && minute < toMin);
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}
