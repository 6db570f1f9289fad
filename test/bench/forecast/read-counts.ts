import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../../src/analysis/order-statistics.ts';
import type { Series } from '../../../src/analysis/series.ts';

export type Counted = { series: Series; stepMs: number };

/** Files whose values are counts of requests, or of the like: rides that are asked for. */
const COUNTS = /request|taxi|rides|hits|visits|page_?views/i;

/** The counts under a folder, by file: CSV with a header and `timestamp,value` (UTC). The files named as counts; all when none is. */
export function countsUnder(folder: string): [string, Counted][] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv'))
    .sort();
  const named = files.filter((name) => COUNTS.test(name));
  return (named.length > 0 ? named : files).map((name) => [name, read(join(folder, name))]);
}

function read(path: string): Counted {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  const times = Float64Array.from(rows, ([stamp = '']) => Date.parse(`${stamp.replace(' ', 'T')}Z`));
  const values = Float64Array.from(rows, ([, value = '']) => (value === '' ? Number.NaN : Number(value)));
  return { series: { times, values }, stepMs: median(times.slice(1).map((at, i) => at - times[i]!)) };
}
