import { kindByRule } from '../domain/issue-kind.ts';

/** A node whose kubelet is silent or reports pressure, as its alert says. */
const nodeLost = kindByRule({
  name: 'node_lost',
  title: 'A node that is lost or refuses pods',
  says: { now: 'is lost or refuses pods', past: 'was lost or refused pods' },
  chart: 'node',
  of: 'node',
  alerts: [
    'KubeNodeNotReady',
    'KubeNodeUnreachable',
    'KubeNodePressure',
    'KubeNodeEviction',
    'KubernetesNodeNotReady',
    'KubernetesNodeMemoryPressure',
    'KubernetesNodeDiskPressure',
    'KubernetesNodeNetworkUnavailable',
    'KubernetesNodeOutOfPodCapacity',
    'KubeNodeReadinessFlapping',
  ],
});
export default nodeLost;
