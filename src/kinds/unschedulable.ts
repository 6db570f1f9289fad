import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

/** Pods that the scheduler finds no node for, or that nobody schedules. */
const unschedulable: IssueKind = {
  name: 'unschedulable',
  title: 'Pods that no node takes',
  says: { now: 'has no place for its pods', past: 'had no place for its pods' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'pods',
  order: 54,
  shownBy: ['unplaced'],
  needs: ['unplaced', 'not_ready'],
  level: 'unplaced',
  present({ health }) {
    if (!isInTrouble(health, 'unplaced')) return null;
    const pods = knownValue(health, 'unplaced') ?? 0;
    return { severity: pods, message: `${health.service}: no node takes ${pods === 1 ? '1 pod' : `${pods} pods`}` };
  },
  severity: ({ health }) => knownValue(health, 'unplaced'),
  over: ({ service }) => `${service}: every pod has its node`,
};
export default unschedulable;
