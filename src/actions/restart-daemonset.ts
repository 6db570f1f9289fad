import { rollingRestart } from './workload/restart.ts';

/** Replaces the pods of a DaemonSet node by node, as many at once as its strategy lets go. While a node's pod is away, what depends on it there (logs, network, storage) is without it. */
export default rollingRestart({
  name: 'restart_daemonset',
  title: 'Restart the pods of a DaemonSet, node by node',
  kind: 'DaemonSet',
  against: { namespace: [], workload: ['unschedulable'] },
  extra({ workload }) {
    const { name, replicas } = workload;
    if (replicas === 0)
      return { refusal: { code: 'not_needed', message: `DaemonSet ${name} has no node to run on.` }, notes: [] };
    return { refusal: null, notes: ['Each node is without its pod while that restarts.'] };
  },
});
