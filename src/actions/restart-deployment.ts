import { rollingRestart } from './workload/restart.ts';

/** Replaces all pods of a workload in a rolling restart, by the rules of its kind. For processes that hang or hold on to something that a new one doesn't. */
export default rollingRestart({
  name: 'restart_deployment',
  title: 'Restart all pods, rolling',
  kind: null,
  // A rolling change starts with a pod more.
  // Who may not be reached isn't reached better, whatever runs behind the policy.
  against: { namespace: [], workload: ['quota_exceeded', 'unschedulable', 'network_policy', 'network_policy_denies'] },
});
