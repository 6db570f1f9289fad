import { rollingRestart } from './workload/restart.ts';

/** Replaces the pods of a DaemonSet node by node, as many at once as its strategy lets go. While a node's pod is away, what depends on it there (logs, network, storage) is without it. */
export default rollingRestart({
  name: 'restart_daemonset',
  title: 'Restart the pods of a DaemonSet, node by node',
  kind: 'DaemonSet',
  against: { namespace: [], workload: ['unschedulable'] },
});
