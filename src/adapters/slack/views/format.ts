import { shownProbability } from '../../../domain/figures.ts';
import { escapeText } from './escape.ts';

/** Two significant digits, thousands grouped: 0.2134 → "0.21", 1234 → "1,200". */
export function number(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  const rounded = Number(value.toPrecision(2));
  const size = Math.abs(rounded);
  if (size >= 1e9 || (size > 0 && size < 1e-4)) return rounded.toExponential(1).replace('e+', 'e');
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/** A number in its unit (`s`, `bytes`, `ratio`, `1/s`, `restarts` …), with the unit made readable. */
export function quantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return 'unknown';
  switch (unit) {
    case 's':
    case 'seconds':
      return Math.abs(value) < 0.01 && value !== 0 ? `${number(value * 1000)} ms` : `${number(value)} s`;
    case 'ms':
      return Math.abs(value) >= 1000 ? `${number(value / 1000)} s` : `${number(value)} ms`;
    case 'bytes':
    case 'B':
      return bytes(value);
    case 'ratio':
    case 'fraction':
      return `${number(value * 100)} %`;
    case '1/s':
    case 'req/s':
    case 'rps':
      return `${number(value)}/s`;
    case '':
    case 'count':
      return count(value);
    default:
      return `${count(value)} ${escapeText(unit.replaceAll('_', ' '), 40)}`;
  }
}

/** A normal band: "0.18–0.32 s". */
export function band(low: number, high: number, unit: string): string {
  const [from, to] = [quantity(low, unit), quantity(high, unit)];
  // A range of one value is no range.
  if (from === to) return `about ${from}`;
  const [fromUnit, toUnit] = [unitOf(from), unitOf(to)];
  return fromUnit === toUnit && fromUnit !== '' ? `${from.slice(0, -fromUnit.length)}–${to}` : `${from} – ${to}`;
}

/**
 * A probability or confidence in [0, 1]: "91 %". Rounded down, so that what is shown never claims more than the number that was used
 * (0.9499 isn't the 95 % that a limit of 0.95 asks for).
 */
export function shownShare(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  return shownProbability(value);
}

/** An instant (epoch ms) as a clock time in the reader's own zone; where dates aren't understood, UTC. */
export function clockTime(at: number): string {
  return date(at, '{time}', (iso) => `${iso.slice(11, 16)} UTC`);
}

/** The same with the day: for what may not be today. */
export function dayTime(at: number): string {
  return date(at, '{date_short_pretty} at {time}', (iso) => `${iso.slice(0, 10)} at ${iso.slice(11, 16)} UTC`);
}

/** "1 pod", "3 pods". */
export function plural(howMany: number, one: string, many = `${one}s`): string {
  return `${howMany} ${howMany === 1 ? one : many}`;
}

function date(at: number, format: string, fallback: (iso: string) => string): string {
  if (!valid(at)) return 'an unknown time';
  return `<!date^${Math.floor(at / 1000)}^${format}|${fallback(new Date(at).toISOString())}>`;
}

/** Slack takes seconds since 1970 up to the year 9999. */
const valid = (at: number) => Number.isFinite(at) && at >= 0 && at < 253_402_300_799_000;

const count = (value: number) => (Number.isInteger(value) && Math.abs(value) < 1000 ? String(value) : number(value));

const unitOf = (text: string) => (text.includes(' ') ? text.slice(text.indexOf(' ')) : '');

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let step = 0;
  while (Math.abs(size) >= 1024 && step < units.length - 1) {
    size /= 1024;
    step += 1;
  }
  return `${size >= 100 ? Math.round(size) : number(size)} ${units[step]}`;
}
