import type { ClusterState } from './cluster-state.ts';
import { refText } from './snapshot.ts';

/** Warnings of the last hours that no cause explains: said where nothing is named, so that nobody takes silence for health. */

const LATELY_MS = 3 * 3_600_000;
const MOST = 6;

export function unexplained(state: ClusterState): string[] {
  const events = state.events
    .filter(({ type, last }) => type === 'Warning' && state.at - last < LATELY_MS)
    .map(({ about, reason, count, message }) => `${refText(about)}: event ${reason} (${count} times): ${message}`);
  const lines = state.workloads.flatMap(({ signs }) =>
    signs
      .filter(({ late, count }) => late || count > 2)
      .slice(0, 1)
      .map(({ log, line, count }) => `Pod ${log.namespace}/${log.pod}: log (${count} times): ${line}`),
  );
  return [...events.slice(0, MOST), ...lines.slice(0, MOST)];
}
