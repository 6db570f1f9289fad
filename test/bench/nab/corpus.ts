import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from './score.ts';

/** One series of the corpus; `stamps` as written in the file, `times` their epoch ms (read as UTC). */
export type CorpusFile = {
  name: string;
  stamps: string[];
  times: Float64Array;
  values: Float64Array;
  windows: { first: number; last: number }[];
};

/** Every file under `<folder>/data`, with its windows from labels/combined_windows.json (none when the file isn't listed or there). */
export function readCorpus(folder: string): CorpusFile[] {
  const labels = readJson<Record<string, [string, string][]>>(join(folder, 'labels', 'combined_windows.json')) ?? {};
  const data = join(folder, 'data');
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => readOne(join(data, name), name, labels[name] ?? []));
}

/** NAB's standard profile, from config/profiles.json or as published. */
export function standardProfile(folder: string): Profile {
  const profiles = readJson<{ standard: { CostMatrix: Profile } }>(join(folder, 'config', 'profiles.json'));
  return profiles?.standard.CostMatrix ?? { tpWeight: 1, fnWeight: 1, fpWeight: 0.11 };
}

function readOne(path: string, name: string, labels: [string, string][]): CorpusFile {
  const lines = readFileSync(path, 'utf8').trim().split(/\r?\n/).slice(1);
  const cells = lines.map((line) => line.split(','));
  const stamps = cells.map((cell) => cell[0]!);
  const windows = labels.map(([from, to]) => {
    const first = stamps.findIndex((stamp) => stamp >= from.slice(0, 19));
    const last = stamps.findLastIndex((stamp) => stamp <= to.slice(0, 19));
    return { first, last };
  });
  return {
    name,
    stamps,
    times: Float64Array.from(stamps, (stamp) => Date.parse(`${stamp.replace(' ', 'T')}Z`)),
    values: Float64Array.from(cells, (cell) =>
      cell[1] === undefined || cell[1] === '' ? Number.NaN : Number(cell[1]),
    ),
    windows,
  };
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
