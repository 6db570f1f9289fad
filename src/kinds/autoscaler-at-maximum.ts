import { kindByRule } from '../domain/issue-kind.ts';

/** An autoscaler that may not add what it wants to. */
const autoscalerAtMaximum = kindByRule({
  name: 'autoscaler_at_maximum',
  title: 'An autoscaler at its maximum',
  says: { now: 'is at its most replicas', past: 'was at its most replicas' },
  chart: 'autoscaler',
  alerts: ['KubeHpaMaxedOut', 'KubeHpaReplicasMismatch', 'KubernetesHpaScaleMaximum', 'KubernetesHpaUnderutilized'],
});
export default autoscalerAtMaximum;
