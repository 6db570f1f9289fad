import { objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { textAt } from '../../domain/snapshot/fields.ts';
import { scale } from '../../domain/snapshot/kubectl.ts';
import { objectKey } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Somebody who is called and has no pods since nobody wants any. */
const zeroReplicas: StateCorrelator = {
  name: 'zero_replicas',
  finds: ['zero_replicas'],
  find: (state, { callers }) =>
    state.workloads.flatMap((workload): StateCause[] => {
      if (
        workload.desired > 0 ||
        !['Deployment', 'StatefulSet', 'ReplicationController', 'ReplicaSet'].includes(workload.kind)
      )
        return [];
      const services = state.services.filter((service) => service.workloads.includes(workload));
      const calling = [...(callers.get(objectKey(workload)) ?? [])];
      if (services.length === 0 || services.some(({ pods }) => pods.some(({ ready }) => ready))) return [];
      const own = refOf(workload);
      const complaints = state.workloads
        .filter((one) => calling.includes(objectKey(one)))
        .flatMap(({ signs }) =>
          signs.filter(({ addresses }) =>
            addresses.some(({ host }) => services.some(({ name }) => host === name || host.startsWith(`${name}.`))),
          ),
        )
        .slice(0, 2);
      const scaled = objectsOf(state, 'HorizontalPodAutoscaler', workload.namespace).some(
        ({ raw }) => textAt(raw, 'spec', 'scaleTargetRef', 'name') === workload.name,
      );
      return [
        {
          what: 'zero_replicas',
          object: own,
          strength: complaints.length > 0 ? 0.98 : calling.length > 0 ? (scaled ? 0.7 : 0.96) : 0.6,
          facts: [
            fact(own, 'spec.replicas', 0),
            ...services
              .slice(0, 2)
              .map((service) =>
                fact({ kind: 'Service', namespace: service.namespace, name: service.name }, 'endpoints', 0),
              ),
            ...calling.slice(0, 6).map((key) => fact(own, 'called by', key)),
            ...complaints.map(({ log, line }) =>
              fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, 'log', line),
            ),
          ],
          hurts: [],
          command: scale(own, 1),
        },
      ];
    }),
};

export default zeroReplicas;
