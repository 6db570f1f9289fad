import { parentPort } from 'node:worker_threads';
import { foldStack, maskLine } from '../analysis/log-mask.ts';
import { type LogPeriods, type MinedLogs, mineLogs } from '../analysis/mine-logs.ts';

/** The worker thread that reads log lines: whatever is in them, and however many they are, everything else has its turn meanwhile. */

export type ToMine = { kind: 'mine'; periods: LogPeriods } | { kind: 'mask'; records: string[] };
export type Mined = MinedLogs | string[];

parentPort?.on('message', (given: ToMine) =>
  parentPort?.postMessage(
    given.kind === 'mine' ? mineLogs(given.periods) : given.records.map((record) => maskLine(foldStack(record))),
  ),
);
