import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from './read-csv.ts';

export type Case = { case: string; day: string; before: string; incident: string[]; atMs: number };
/** Times in ms; `parent` is null for a root. */
export type Span = {
  trace: string;
  id: string;
  parent: string | null;
  service: string;
  operation: string;
  startMs: number;
  endMs: number;
};
export type LogLine = { service: string; span: string; text: string; atMs: number };
export type Minute = { spans: Span[]; logs: LogLine[] };
/** A line a minute; `column` gives one metric, NaN for gaps. */
export type PodMetrics = { service: string; times: number[]; column(name: string): Float64Array | null };

export function readCaseList(data: string): Case[] {
  return jsonLines<{ case: string; day: string; before: string; incident: string[]; alert_time: number }>(
    join(data, 'cases.jsonl'),
  ).map(({ case: name, day, before, incident, alert_time }) => ({
    case: name,
    day,
    before,
    incident,
    atMs: alert_time * 1000,
  }));
}

/** The guilty service by case. Empty when the answers aren't there. */
export function readAnswers(data: string): Map<string, { service: string; fault: string }> {
  const path = join(data, 'answers.jsonl');
  if (!existsSync(path)) return new Map();
  return new Map(jsonLines<{ case: string; service: string; fault: string }>(path).map((one) => [one.case, one]));
}

function jsonLines<T>(path: string): T[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

/** Logs and spans of the file HH_MM in folders `<prefix>log` and `<prefix>trace`; missing files are empty. */
export function readMinute(day: string, file: string, prefix = ''): Minute {
  const trace = join(day, `${prefix}trace`, `${file}.csv.gz`);
  const log = join(day, `${prefix}log`, `${file}.csv.gz`);
  return { spans: existsSync(trace) ? readSpans(trace) : [], logs: existsSync(log) ? readLogs(log) : [] };
}

/** The minutes of the day's fault-free reference. */
export function readReference(day: string): Minute[] {
  const folder = join(day, 'reference_trace');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => readMinute(day, name.replace('.csv.gz', ''), 'reference_'));
}

/** "ts-order-service-5b67c48447-mv5hb" → "ts-order-service": a Deployment's pods end in two hashes. */
export function serviceOf(pod: string): string {
  return pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, '');
}

function readSpans(path: string): Span[] {
  const { head, rows } = readCsv(path);
  const at = (name: string) => head.indexOf(name);
  const [trace, id, parent, pod, operation, start, end] = [
    'TraceID',
    'SpanID',
    'ParentID',
    'PodName',
    'OperationName',
    'StartTimeUnixNano',
    'EndTimeUnixNano',
  ].map(at);
  return rows
    .filter((row) => row.length >= head.length)
    .map((row) => ({
      trace: row[trace!]!,
      id: row[id!]!,
      parent: row[parent!] === 'root' ? null : row[parent!]!,
      service: serviceOf(row[pod!]!),
      operation: row[operation!]!,
      startMs: Number(row[start!]) / 1e6,
      endMs: Number(row[end!]) / 1e6,
    }));
}

function readLogs(path: string): LogLine[] {
  const { head, rows } = readCsv(path);
  const at = (name: string) => head.indexOf(name);
  const [time, pod, span, log] = ['TimeUnixNano', 'PodName', 'SpanID', 'Log'].map(at);
  return rows
    .filter((row) => row.length >= head.length)
    .map((row) => ({
      service: serviceOf(row[pod!]!),
      span: row[span!]!,
      text: innerLog(row[log!]!),
      atMs: Number(row[time!]) / 1e6,
    }));
}

/** The container runtime wraps each line in JSON. */
function innerLog(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'log' in parsed && typeof parsed.log === 'string')
      return parsed.log;
  } catch {
    // Not wrapped: the line is the log itself.
  }
  return text;
}

export function readMetrics(day: string): PodMetrics[] {
  const folder = join(day, 'metric');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('_metric.csv.gz'))
    .sort()
    .map((name) => {
      const { head, rows } = readCsv(join(folder, name));
      const time = head.indexOf('TimeStamp');
      return {
        service: serviceOf(name.replace('_metric.csv.gz', '')),
        times: rows.map((row) => Number(row[time]) * 1000),
        column(metric) {
          const at = head.indexOf(metric);
          return at < 0
            ? null
            : Float64Array.from(rows, (row) =>
                row[at] === '' || row[at] === undefined ? Number.NaN : Number(row[at]),
              );
        },
      };
    });
}
