import { isInTrouble, knownValue } from '../domain/health.ts';
import type { IssueKind } from '../domain/issue-kind.ts';

/** Containers that the kubelet can't make: a key, a Secret or a ConfigMap that they refer to is missing, or the runtime refuses them. */
const containerConfig: IssueKind = {
  name: 'container_config',
  title: 'Containers that can’t be made',
  says: { now: 'can’t be configured', past: 'couldn’t be configured' },
  chart: 'pods',
  overWindow: false,
  of: 'workload',
  unit: 'pods',
  order: 12,
  shownBy: ['unconfigured'],
  needs: ['unconfigured', 'not_ready', 'crashes'],
  level: 'unconfigured',
  present({ health }) {
    if (!isInTrouble(health, 'unconfigured')) return null;
    const pods = knownValue(health, 'unconfigured') ?? 0;
    return {
      severity: pods,
      message: `${health.service}: a container of ${pods === 1 ? '1 pod' : `${pods} pods`} can't be made`,
    };
  },
  severity: ({ health }) => knownValue(health, 'unconfigured'),
  over: ({ service }) => `${service}: every container was made`,
};
export default containerConfig;
