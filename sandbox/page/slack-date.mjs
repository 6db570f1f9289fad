/**
 * Slack's date tokens ({date_short}, {time}, {ago} …) in the reader's zone. `seconds` and `nowMs` since the epoch;
 * `zone` and `locale` are the reader's own unless given.
 */
export function formatSlackDate(seconds, format, nowMs, { zone, locale } = {}) {
  const date = new Date(seconds * 1000);
  const say = (options) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(date);
  const near = nearDay(date, new Date(nowMs), zone);
  const tokens = {
    date_num: () => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(date),
    date_slash: () => say({ day: '2-digit', month: '2-digit', year: 'numeric' }),
    date: () => say({ month: 'long', day: 'numeric' }),
    date_short: () => say({ month: 'short', day: 'numeric', year: 'numeric' }),
    date_long: () => say({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' }),
    date_long_full: () => say({ month: 'long', day: 'numeric', year: 'numeric' }),
    time: () => say({ hour: '2-digit', minute: '2-digit' }),
    time_secs: () => say({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    ago: () => agoWords(seconds * 1000, nowMs),
  };
  tokens.date_pretty = () => near ?? tokens.date();
  tokens.date_short_pretty = () => near ?? tokens.date_short();
  tokens.date_long_pretty = () => near ?? tokens.date_long();
  tokens.day_divider_pretty = () => near ?? tokens.date_long();
  return format.replace(/\{(\w+)\}/g, (all, name) => tokens[name]?.() ?? all);
}

function nearDay(date, now, zone) {
  const day = (d) => new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(d);
  const names = { 0: 'today', 1: 'tomorrow', [-1]: 'yesterday' };
  const offset = [0, 1, -1].find((days) => day(date) === day(new Date(now.getTime() + days * 86_400_000)));
  return offset === undefined ? null : names[offset];
}

/** "3 minutes ago", "in 2 hours". */
export function agoWords(thenMs, nowMs) {
  const seconds = Math.round((thenMs - nowMs) / 1000);
  const size = Math.abs(seconds);
  const [unit, each] =
    size < 60 ? ['second', 1] : size < 3600 ? ['minute', 60] : size < 86_400 ? ['hour', 3600] : ['day', 86_400];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.trunc(seconds / each), unit);
}

/** Hours and minutes, with seconds when asked, in the reader's zone. */
export function clockTime(ms, withSeconds = false) {
  const options = {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(withSeconds ? { second: '2-digit' } : {}),
  };
  return new Intl.DateTimeFormat(undefined, options).format(new Date(ms));
}
