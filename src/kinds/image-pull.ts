import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

/** Pods that wait for an image that the kubelet can't pull. */
const imagePull: IssueKind = {
  name: 'image_pull',
  title: 'Images that can’t be pulled',
  says: { now: 'can’t pull its image', past: 'couldn’t pull its image' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'pods',
  order: 11,
  shownBy: ['unpullable'],
  needs: ['unpullable', 'not_ready', 'crashes'],
  level: 'unpullable',
  present({ health }) {
    if (!isInTrouble(health, 'unpullable')) return null;
    const pods = knownValue(health, 'unpullable') ?? 0;
    return {
      severity: pods,
      message: `${health.service}: ${pods === 1 ? '1 pod' : `${pods} pods`} can't pull the image`,
    };
  },
  severity: ({ health }) => knownValue(health, 'unpullable'),
  over: ({ service }) => `${service}: every image is there`,
};
export default imagePull;
