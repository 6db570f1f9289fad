import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

/** Pods that have a node, and whose sandbox, network or volumes the kubelet can't make. */
const podNotMade: IssueKind = {
  name: 'pod_not_made',
  title: 'Pods without volumes or network',
  says: { now: 'waits for volumes or network', past: 'waited for volumes or network' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'pods',
  order: 56,
  shownBy: ['unmade'],
  needs: ['unmade', 'not_ready'],
  level: 'unmade',
  present({ health }) {
    if (!isInTrouble(health, 'unmade')) return null;
    const pods = knownValue(health, 'unmade') ?? 0;
    return {
      severity: pods,
      message: `${health.service}: ${pods === 1 ? '1 pod' : `${pods} pods`} ${pods === 1 ? 'waits' : 'wait'} for volumes or network`,
    };
  },
  severity: ({ health }) => knownValue(health, 'unmade'),
  over: ({ service }) => `${service}: every pod was made`,
};
export default podNotMade;
