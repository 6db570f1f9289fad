import { percent } from '../domain/figures.ts';
import { kindByRule } from '../domain/issue-kind.ts';

/** A quota that is full, or a cluster that is promised away. */
const quota = kindByRule({
  name: 'quota',
  title: 'A quota, or the room of the cluster',
  says: { now: 'is used up', past: 'was used up' },
  alerts: [
    'KubeQuotaAlmostFull',
    'KubeQuotaFullyUsed',
    'KubeQuotaExceeded',
    'KubeCPUOvercommit',
    'KubeMemoryOvercommit',
    'KubeCPUQuotaOvercommit',
    'KubeMemoryQuotaOvercommit',
  ],
  message: (value, threshold) =>
    threshold !== null && threshold > 0 && threshold <= 1 && value >= 0 && value <= 2
      ? `${percent(value)} of the quota is used`
      : null,
});
export default quota;
