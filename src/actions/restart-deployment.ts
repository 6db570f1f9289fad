import { rollingRestart } from './workload/restart.ts';

/** Replaces all pods of a Deployment in a rolling restart. For processes that hang or hold on to something that a new one doesn't. */
export default rollingRestart({
  name: 'restart_deployment',
  title: 'Restart all pods, rolling',
  kind: 'Deployment',
  // A rolling change starts with a pod more.
  against: { namespace: [], workload: ['quota_exceeded', 'unschedulable'] },
  extra: () => ({ refusal: null, notes: [] }),
});
