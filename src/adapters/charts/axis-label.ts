import { finePercent, short as shortOf } from '../../domain/figures.ts';

/** A value on the axis, short, with its unit: "2.8 s", "512 MiB", "91 %", "1.2 k/s". `step` is not known here, so three digits are kept. */
export function axisLabel(value: number, unit: string): string {
  switch (unit) {
    case 's':
      return Math.abs(value) < 1 && value !== 0 ? `${short(value * 1_000)} ms` : `${short(value)} s`;
    case 'ratio':
      return finePercent(value, 3);
    case 'bytes':
      return bytes(value);
    case 'yes/no':
      return value === 1 ? 'yes' : value === 0 ? 'no' : '';
    case '1/s':
      return `${thousands(value)}/s`;
    case '':
      return thousands(value);
    default:
      return `${thousands(value)} ${unit.replaceAll('_', ' ')}`;
  }
}

/** The clock time in UTC, which is what a picture can say to readers in any zone. */
export function utcTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

const short = (value: number): string => shortOf(value, 3);

function thousands(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${short(value / 1e9)} G`;
  if (size >= 1e6) return `${short(value / 1e6)} M`;
  return size >= 1e4 ? `${short(value / 1e3)} k` : short(value);
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = value === 0 ? 0 : Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.abs(value)) / 10)));
  return `${short(value / 1024 ** step)} ${units[step]}`;
}
