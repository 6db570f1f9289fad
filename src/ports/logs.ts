import type { EntityRef } from '../domain/types/entity.ts';

/** `source` is who wrote it (a pod), so that lines which belong together can be told. */
export type LogLine = { at: number; source: string; text: string; severe: boolean };

export type LogsFailure = { kind: 'unreachable' | 'refused' | 'too_many'; message: string };

export type LogsResult = { ok: true; value: LogLine[] } | { ok: false; failure: LogsFailure };

/** A store of log lines, such as Loki. */
export type Logs = {
  /** At most `limit` lines that a workload's pods wrote from `fromMs` to `toMs`, oldest first; which ones, when there are more, is the store's choice of one end. */
  lines(
    workload: Pick<EntityRef, 'kind' | 'namespace' | 'name'>,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<LogsResult>;
  ping(): Promise<void>;
};
