/** Whether a five-field cron schedule falls on the minute that begins at `at` (epoch ms, UTC). Knows numbers, lists, ranges, steps and *. */
export function cronMatches(schedule: string, at: number): boolean {
  const date = new Date(at);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = schedule.trim().split(/\s+/);
  const dayFits = fits(day, date.getUTCDate(), 1);
  const weekdayFits = fits(weekday.replace('7', '0'), date.getUTCDay(), 0);
  const eitherDay = day !== '*' && weekday !== '*' ? dayFits || weekdayFits : dayFits && weekdayFits;
  return (
    fits(minute, date.getUTCMinutes(), 0) &&
    fits(hour, date.getUTCHours(), 0) &&
    fits(month, date.getUTCMonth() + 1, 1) &&
    eitherDay
  );
}

function fits(field: string, value: number, first: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from, to] = range === '*' ? [first, 99] : range.split('-').map(Number);
    if (from === undefined || Number.isNaN(from)) return false;
    const end = to ?? (part.includes('/') ? 99 : from);
    return value >= from && value <= end && (value - from) % Number(step) === 0;
  });
}
