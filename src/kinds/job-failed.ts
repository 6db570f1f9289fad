import { kindByRule } from '../domain/issue-kind.ts';

/** A Job that has used up its tries. */
const jobFailed = kindByRule({
  name: 'job_failed',
  title: 'A Job that failed',
  says: { now: 'fails', past: 'failed' },
  alerts: ['KubeJobFailed', 'KubernetesJobFailed', 'KubernetesCronjobFailing'],
  message: () => 'it has failed: its tries or its time are used up',
});
export default jobFailed;
