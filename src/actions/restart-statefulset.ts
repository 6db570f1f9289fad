import { rollingRestart } from './workload/restart.ts';

/** Replaces the pods of a StatefulSet, from the highest number down, each only once the one before is ready. */
export default rollingRestart({
  name: 'restart_statefulset',
  title: 'Restart the pods of a StatefulSet, one by one',
  kind: 'StatefulSet',
  against: { namespace: [], workload: ['unschedulable'] },
});
