import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExportErrors, type Progress, readTable } from './exported-table.ts';
import { instantOf } from './instant-of.ts';

/** A metric of a service, as it was exported; not sorted, gaps left out. */
export type ExportedSeries = { service: string; metric: string; times: number[]; values: number[] };
export type ExportedChange = { at: number; service: string; what: string };
export type ExportedFiles = {
  series: ExportedSeries[];
  calls: { from: string; to: string; weight: number }[];
  changes: ExportedChange[];
};

export type ExportFiles = { metrics: string; calls: string | null; changes: string | null };

/** About 16 bytes each. */
const MOST_POINTS = 20_000_000;
const MOST_SERIES = 50_000;
const MOST_ROWS = 200_000;

/** The files of a folder by their names, where no other was named. */
export function filesIn(folder: string | null, named: Partial<Record<keyof ExportFiles, string>>): ExportFiles {
  const inFolder = (name: string) => {
    const file = folder === null ? null : join(folder, name);
    return file && existsSync(file) ? file : null;
  };
  const metrics = named.metrics ?? (folder === null ? null : join(folder, 'metrics.csv'));
  if (metrics === null) throw new ExportErrors('name a folder that has a metrics.csv, or a file with --metrics');
  return {
    metrics,
    calls: named.calls ?? inFolder('calls.csv'),
    changes: named.changes ?? inFolder('changes.csv'),
  };
}

/** Reads what was exported. Rejects with ExportErrors: every error with its file, line and field. */
export async function readExported(files: ExportFiles, progress?: Progress): Promise<ExportedFiles> {
  const errors: string[] = [];
  const orErrors = async <T>(read: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof ExportErrors)) throw error;
      errors.push(error.message);
      return otherwise;
    }
  };
  const series = await orErrors(readMetrics(files.metrics, progress), []);
  const calls = files.calls ? await orErrors(readCalls(files.calls, progress), []) : [];
  const changes = files.changes ? await orErrors(readChanges(files.changes, progress), []) : [];
  if (errors.length > 0) throw new ExportErrors(errors.join('\n'));
  if (series.length === 0) throw new ExportErrors(`${files.metrics}: has no values`);
  return { series, calls, changes };
}

async function readMetrics(file: string, progress?: Progress): Promise<ExportedSeries[]> {
  const series = new Map<string, ExportedSeries>();
  let points = 0;
  await readTable(
    file,
    { required: ['timestamp', 'service', 'metric', 'value'] },
    ({ line, cells: [stamp = '', service = '', metric = '', text = ''] }, table) => {
      const at = instantOf(stamp);
      const value = text === '' || /^nan$/i.test(text) ? Number.NaN : Number(text);
      if (Number.isNaN(at)) return table.complain(line, 'timestamp', notInstant(stamp));
      if (service === '') return table.complain(line, 'service', 'is empty');
      if (metric === '') return table.complain(line, 'metric', 'is empty');
      if (Number.isNaN(value)) {
        if (text !== '' && !/^nan$/i.test(text))
          table.complain(line, 'value', `“${text.slice(0, 40)}” is not a number`);
        return;
      }
      const key = `${service}\n${metric}`;
      const own = series.get(key) ?? { service, metric, times: [], values: [] };
      if (own.times.length === 0) series.set(key, own);
      own.times.push(at);
      own.values.push(value);
      points += 1;
      if (points > MOST_POINTS || series.size > MOST_SERIES)
        throw new ExportErrors(
          `${file} line ${line}: more than ${points > MOST_POINTS ? '20 million values' : '50,000 series'}: export the hours around the trouble only`,
        );
    },
    progress,
  );
  return [...series.values()];
}

async function readCalls(file: string, progress?: Progress): Promise<ExportedFiles['calls']> {
  const calls: ExportedFiles['calls'] = [];
  await readTable(
    file,
    { required: ['from', 'to'], optional: ['weight'] },
    ({ line, cells: [from = '', to = '', sure = ''] }, table) => {
      const weight = sure === '' ? 1 : Number(sure);
      if (from === '') return table.complain(line, 'from', 'is empty');
      if (to === '') return table.complain(line, 'to', 'is empty');
      if (!(weight >= 0 && weight <= 1)) return table.complain(line, 'weight', 'must be a number from 0 to 1');
      if (calls.length >= MOST_ROWS) throw new ExportErrors(`${file} line ${line}: more than 200,000 calls`);
      calls.push({ from, to, weight });
    },
    progress,
  );
  return calls;
}

async function readChanges(file: string, progress?: Progress): Promise<ExportedChange[]> {
  const changes: ExportedChange[] = [];
  await readTable(
    file,
    { required: ['timestamp', 'service', 'what'] },
    ({ line, cells: [stamp = '', service = '', what = ''] }, table) => {
      const at = instantOf(stamp);
      if (Number.isNaN(at)) return table.complain(line, 'timestamp', notInstant(stamp));
      if (service === '') return table.complain(line, 'service', 'is empty');
      if (changes.length >= MOST_ROWS) throw new ExportErrors(`${file} line ${line}: more than 200,000 changes`);
      changes.push({ at, service, what: what || 'changed' });
    },
    progress,
  );
  return changes;
}

const notInstant = (text: string) =>
  `“${text.slice(0, 40)}” is no instant: epoch seconds or milliseconds, or a date such as 2026-11-20T02:58:00Z`;
