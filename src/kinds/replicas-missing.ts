import { kindByRule } from '../domain/issue-kind.ts';

/** Pods that are wanted and missing or not ready, as the alert’s rule has it. */
const replicasMissing = kindByRule({
  name: 'replicas_missing',
  title: 'Fewer pods than wanted',
  says: { now: 'has fewer pods than it wants', past: 'had fewer pods than it wants' },
  chart: 'pods',
  alerts: [
    'KubePodNotReady',
    'KubeContainerWaiting',
    'KubeDeploymentReplicasMismatch',
    'KubeDeploymentGenerationMismatch',
    'KubeStatefulSetReplicasMismatch',
    'KubeStatefulSetGenerationMismatch',
    'KubeDaemonSetNotScheduled',
    'KubeDaemonSetMisScheduled',
    'KubernetesDeploymentReplicasMismatch',
    'KubernetesStatefulsetDown',
    'KubernetesPodNotHealthy',
    'KubernetesReplicasetReplicasMismatch',
  ],
});
export default replicasMissing;
