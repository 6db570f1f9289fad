import { kindByRule } from '../domain/issue-kind.ts';

/** A Job that has used up its tries. */
const jobFailed = kindByRule({
  name: 'job_failed',
  title: 'A Job that failed',
  says: { now: 'fails', past: 'failed' },
  alerts: ['KubeJobFailed', 'KubernetesJobFailed', 'KubernetesCronjobFailing'],
});
export default jobFailed;
