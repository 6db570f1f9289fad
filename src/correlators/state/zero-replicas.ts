import { declaredReplicas, replicasAtLastRollout, replicasBeforeZero } from '../../domain/former-replicas.ts';
import { type ClusterState, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { type Json, numberAt, recordAt, recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import { scale } from '../../domain/snapshot/kubectl.ts';
import { conditionsIn } from '../../domain/snapshot/pod.ts';
import { objectKey } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Somebody who is called and has no pods since nobody wants any. */
const zeroReplicas: StateCorrelator = {
  name: 'zero_replicas',
  finds: {
    zero_replicas: {
      area: 'dependency',
      title: 'scaled to zero, though it is called',
      object: 'workload',
      whose: 'author',
      should: (facts) => `at least ${facts.find(({ field }) => field === 'spec.minReplicas')?.value ?? 1}`,
    },
  },
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
      const scaler = objectsOf(state, 'HorizontalPodAutoscaler', workload.namespace).find(
        ({ raw }) => textAt(raw, 'spec', 'scaleTargetRef', 'name') === workload.name,
      );
      // KEDA scales to zero by itself where nothing is to be done; a plain autoscaler never does, and leaves zero alone.
      const blind = workload.name.startsWith('metrics-server') ? blindScalers(state) : [];
      const mayBeMeant = scaler !== undefined && recordsAt(scaler.raw, 'metadata', 'ownerReferences').some(isKeda);
      const least = scaler && !mayBeMeant ? (numberAt(scaler.raw, 'spec', 'minReplicas') ?? 1) : null;
      return [
        {
          what: 'zero_replicas',
          object: own,
          strength:
            complaints.length > 0 || blind.length > 0
              ? 0.98
              : calling.length > 0
                ? mayBeMeant
                  ? 0.7
                  : 0.96
                : least === null
                  ? 0.6
                  : 0.8,
          facts: [
            fact(own, 'spec.replicas', 0),
            ...(scaler && least !== null
              ? [
                  fact(
                    { kind: scaler.kind, namespace: workload.namespace, name: scaler.metadata.name },
                    'spec.minReplicas',
                    least,
                  ),
                ]
              : []),
            ...services
              .slice(0, 2)
              .map((service) =>
                fact({ kind: 'Service', namespace: service.namespace, name: service.name }, 'endpoints', 0),
              ),
            ...blind.slice(0, 2),
            ...calling.slice(0, 6).map((key) => fact(own, 'called by', key)),
            ...complaints.map(({ log, line }) =>
              fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, 'log', line),
            ),
          ],
          hurts: [],
          command: scale(own, formerly(state, workload) ?? least ?? 1),
        },
      ];
    }),
};

/** Autoscalers that get no metrics from whoever serves them. */
const blindScalers = (state: ClusterState): StateFact[] =>
  objectsOf(state, 'HorizontalPodAutoscaler').flatMap(({ kind, metadata: { namespace, name }, raw }) =>
    conditionsIn(recordAt(raw, 'status'))
      .filter(({ type, status }) => type === 'ScalingActive' && status === 'False')
      .map(({ message }) => fact({ kind, namespace, name }, 'status.conditions[ScalingActive]', `False: ${message}`)),
  );

/** As events and objects remember it. */
function formerly(state: ClusterState, { events, raw, uid, namespace }: StateWorkload): number | null {
  const sets = objectsOf(state, 'ReplicaSet', namespace).map((one) => one.raw);
  return (
    replicasBeforeZero(events.map(({ message }) => message)) ??
    declaredReplicas(raw) ??
    replicasAtLastRollout(sets, uid)
  );
}

const isKeda = (owner: Json): boolean => textAt(owner, 'kind') === 'ScaledObject';

export default zeroReplicas;
