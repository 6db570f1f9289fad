import { kindByRule } from '../domain/issue-kind.ts';

/** A rollout that goes on for too long, as the alert’s rule has it. */
const rolloutLate = kindByRule({
  name: 'rollout_late',
  title: 'A rollout that doesn’t end',
  says: { now: 'is stuck in a rollout by its alert', past: 'was stuck in a rollout by its alert' },
  chart: 'pods',
  alerts: [
    'KubeDeploymentRolloutStuck',
    'KubeStatefulSetUpdateNotRolledOut',
    'KubeDaemonSetRolloutStuck',
    'KubernetesDaemonsetRolloutStuck',
    'KubernetesDeploymentGenerationMismatch',
    'KubernetesStatefulsetUpdateNotRolledOut',
  ],
});
export default rolloutLate;
