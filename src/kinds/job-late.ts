import { kindByRule } from '../domain/issue-kind.ts';

/** A Job that runs for longer than it should, or doesn’t begin. */
const jobLate = kindByRule({
  name: 'job_late',
  title: 'A Job that doesn’t end',
  says: { now: 'takes too long', past: 'took too long' },
  alerts: [
    'KubeJobNotCompleted',
    'KubeCronJobRunning',
    'KubeJobCompletion',
    'KubernetesJobSlowCompletion',
    'KubernetesCronjobTooLong',
  ],
});
export default jobLate;
