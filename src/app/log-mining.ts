import type { LogPeriods, MinedLogs } from '../analysis/mine-logs.ts';
import type { TelemetrySink } from '../domain/telemetry.ts';
import type { Telemetry } from '../telemetry/create-telemetry.ts';
import type { Mined, ToMine } from '../workers/mine-logs.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';

export type LogMining = {
  /** Rejects when the thread died over them. */
  mine(periods: LogPeriods): Promise<MinedLogs>;
  /** The telemetry, with the bodies of logs masked before it sees them. Those that the thread died over are lost, as the sender is told. */
  before(telemetry: Telemetry): TelemetrySink;
  stop(): Promise<void>;
};

/** One for the lines that services send all the time, and one for a diagnosis, that neither waits for the other. */
const THREADS = 2;

/** Masks and mines log lines on threads of their own. */
export function createLogMining(): LogMining {
  const pool = createWorkerPool<ToMine, Mined>(new URL('../workers/mine-logs.ts', import.meta.url), THREADS);
  return {
    mine: async (periods) => (await pool.run({ kind: 'mine', periods })) as MinedLogs,
    before: (telemetry) => ({
      spans: telemetry.spans,
      points: telemetry.points,
      async logs(records) {
        let masked: string[];
        try {
          masked = (await pool.run({ kind: 'mask', records: records.map(({ body }) => body) })) as string[];
        } catch {
          return { count: records.length, why: 'unreadable log lines' };
        }
        return telemetry.maskedLogs(records.map((record, i) => ({ ...record, body: masked[i] ?? '' })));
      },
    }),
    stop: () => pool.stop(),
  };
}
