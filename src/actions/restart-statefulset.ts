import { readPath } from '../domain/object-path.ts';
import { rollingRestart } from './workload/restart.ts';

/**
 * Replaces the pods of a StatefulSet, from the highest number down, each only once the one before is ready. The set waits for ever for one that doesn't get ready, and each holds data of its own: so all others have
 * to serve before it is begun.
 */
export default rollingRestart({
  name: 'restart_statefulset',
  title: 'Restart the pods of a StatefulSet, one by one',
  kind: 'StatefulSet',
  against: { namespace: [], workload: ['unschedulable'] },
  extra({ workload, raw }) {
    const { name, replicas, readyReplicas } = workload;
    if (replicas === 0)
      return { refusal: { code: 'not_needed', message: `StatefulSet ${name} is scaled to zero.` }, notes: [] };
    if (replicas - readyReplicas > 1) {
      const message = `StatefulSet ${name} has ${readyReplicas} of ${replicas} pods ready: another one away may cost it its majority. Restart the pods that are ill one at a time.`;
      return { refusal: { code: 'at_limit', message }, notes: [] };
    }
    const claims = readPath(raw, ['spec', 'volumeClaimTemplates']);
    const notes = [
      ...(replicas === 1 ? [`${name} has only one pod: it is away while that restarts.`] : []),
      ...(Array.isArray(claims) && claims.length > 0 ? ['Each pod comes back with the volume that it has.'] : []),
    ];
    return { refusal: null, notes };
  },
});
