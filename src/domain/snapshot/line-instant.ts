const HOUR = 3_600_000;
/** A clock that names no zone may be this far from UTC. */
const ZONES_MS = 14 * HOUR;

const ISO = /\b(20\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d{1,9})?(Z|[+-]\d\d:?\d\d)?/;
const SLASHED = /\b(20\d\d)\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)/;
const KLOG = /^[EWIF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\./;
const UNIX = /"(?:timestamp|time|ts|t)":\s?(1[5-9]\d{8})(\d{3})?\b/;

/** The latest instant, epoch ms, at which a log line can have been written by what it says of itself; null where it doesn't say. `at`: about when the log was read. */
export function latestOfLine(line: string, at: number): number | null {
  const unix = UNIX.exec(line);
  if (unix) return Number(unix[1]) * 1_000 + Number(unix[2] ?? 0);
  const iso = ISO.exec(line) ?? SLASHED.exec(line);
  if (iso) {
    const [, year, month, day, hour, minute, second, zone] = iso;
    const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
    return zone === undefined ? utc + ZONES_MS : utc - offsetOf(zone);
  }
  const [, month, day, hour, minute, second] = KLOG.exec(line) ?? [];
  if (month === undefined) return null;
  const inYear = (year: number) =>
    Date.UTC(year, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) + ZONES_MS;
  const thisYear = new Date(at).getUTCFullYear();
  // Without a year: the last such day before the log was read.
  return inYear(thisYear) - 2 * ZONES_MS > at ? inYear(thisYear - 1) : inYear(thisYear);
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
