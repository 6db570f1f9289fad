import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { keyOf, type Sample } from './store.ts';

/** One scrape as it was written down. Its samples are made each time they are asked for: all of them together would be some 30 MB. */
export type Scrape = { at: number; readonly samples: Sample[] };

/**
 * Scrapes written down one line each, so that a killed process finds its last hours again. Two files: the one that is being
 * written, and a full one before it.
 */
export type Journal = {
  /** What an earlier process wrote, oldest first. A line that its end cut off is left out. Of no use, and large, once it has been read. */
  scrapes: Scrape[];
  append(at: number, samples: readonly Sample[]): void;
};

/** An hour and a half of sandbox time: one and a half to three hours are kept. */
const SCRAPES_PER_FILE = 360;

type Series = Omit<Sample, 'value'>;
type Line = { at: number; define: [id: number, name: string, labels: Sample['labels']][]; values: number[] };

/** Of a sandbox that doesn't outlive its process. */
export const NO_JOURNAL: Journal = { scrapes: [], append: () => {} };

/** Opens `path` (and `path.old`). `fresh`: what is there belongs to another life and is deleted. */
export function openJournal(path: string, fresh: boolean): Journal {
  const older = `${path}.old`;
  if (fresh) for (const file of [path, older]) rmSync(file, { force: true });
  const before = readFile(older);
  const present = readFile(path);
  let { ids } = present;
  let written = present.scrapes.length;
  if (present.cutOff) appendFileSync(path, '\n');
  return {
    scrapes: [...before.scrapes, ...present.scrapes],
    append(at, samples) {
      if (written >= SCRAPES_PER_FILE) {
        renameSync(path, older);
        ids = new Map();
        written = 0;
      }
      appendFileSync(path, `${JSON.stringify(lineOf(at, samples, ids))}\n`, { mode: 0o600 });
      written++;
    },
  };
}

function lineOf(at: number, samples: readonly Sample[], ids: Map<string, number>): Line {
  const line: Line = { at, define: [], values: [] };
  for (const { name, labels, value } of samples) {
    const key = keyOf({ name, labels });
    let id = ids.get(key);
    if (id === undefined) {
      id = ids.size;
      ids.set(key, id);
      line.define.push([id, name, labels]);
    }
    line.values.push(id, value);
  }
  return line;
}

function readFile(file: string): { scrapes: Scrape[]; ids: Map<string, number>; cutOff: boolean } {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const defined: Series[] = [];
  const ids = new Map<string, number>();
  const scrapes: Scrape[] = [];
  for (const line of text.split('\n').flatMap(parse)) {
    for (const [id, name, labels] of line.define) {
      const key = keyOf({ name, labels });
      defined[id] = { name, labels, key };
      ids.set(key, id);
    }
    const values = Float64Array.from(line.values);
    scrapes.push({
      at: line.at,
      get samples() {
        return samplesOf(values, defined);
      },
    });
  }
  return { scrapes, ids, cutOff: text !== '' && !text.endsWith('\n') };
}

function samplesOf(values: Float64Array, defined: readonly Series[]): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const series = defined[values[i]!];
    if (series) samples.push({ ...series, value: values[i + 1]! });
  }
  return samples;
}

function parse(text: string): Line[] {
  try {
    return text === '' ? [] : [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
