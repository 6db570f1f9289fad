import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

const notReady: IssueKind = {
  name: 'not_ready',
  title: 'Pods that are not ready',
  says: { now: 'isn’t ready', past: 'wasn’t ready' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'pods',
  order: 60,
  shownBy: ['not_ready'],
  needs: ['not_ready', 'crashes'],
  level: 'not_ready',
  present({ health }) {
    if (!isInTrouble(health, 'not_ready')) return null;
    const pods = knownValue(health, 'not_ready') ?? 0;
    return { severity: pods, message: `${health.service}: ${pods} ${pods === 1 ? 'pod' : 'pods'} not ready` };
  },
  severity: ({ health }) => knownValue(health, 'not_ready'),
  over: ({ service }) => `${service}: all pods are ready`,
};
export default notReady;
