import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type ClusterState, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { type Json, numberAt, recordAt, recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import { describe, target } from '../../domain/snapshot/kubectl.ts';
import { conditionsIn } from '../../domain/snapshot/pod.ts';
import type { KubeObject, ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Objects whose own conditions say what is wrong with them. */
const conditions: StateCorrelator = {
  name: 'conditions',
  finds: {
    job_failed: {
      area: 'workload',
      title: 'the Job reached its back-off limit or deadline',
      object: 'Job',
      whose: 'author',
      should: 'Complete: its log says why it is not',
    },
    autoscaler_blind: {
      area: 'workload',
      title: 'the autoscaler gets no metrics',
      object: 'HorizontalPodAutoscaler',
      whose: 'author',
      should: 'True: its metrics must be there (metrics-server, or the adapter)',
    },
    autoscaler_at_limit: {
      area: 'workload',
      title: 'the autoscaler is at its bound',
      object: 'HorizontalPodAutoscaler',
      whose: 'author',
      should: 'higher, if the cluster has room and it is meant to grow',
    },
    certificate_not_ready: {
      area: 'network',
      title: 'the Certificate is not issued',
      object: 'Certificate',
      whose: 'namespace',
      should: 'True: its message says what is in the way',
    },
    namespace_terminating: {
      area: 'workload',
      title: 'a finalizer holds the namespace',
      object: 'Namespace',
      whose: 'cluster',
      should: 'empty: the controller that set the finalizer must take it away',
    },
    rollout_paused: {
      area: 'workload',
      title: 'the rollout is paused half-way',
      object: 'workload',
      whose: 'author',
      should: 'false, once whoever paused it is done',
    },
    ingress_backend_missing: {
      area: 'service',
      title: "the Ingress' backend does not exist",
      object: 'Ingress',
      whose: 'author',
      should: 'a Service that is there',
    },
  },
  find: (state) => [
    ...TOLD.flatMap((one) => ofKind(state, one)),
    ...terminating(state),
    ...paused(state),
    ...ingresses(state),
  ],
};

type Told = { kind: string; type: string; status: string; reason?: RegExp; what: CauseKind; strength: number };

const TOLD: Told[] = [
  { kind: 'Job', type: 'Failed', status: 'True', what: 'job_failed', strength: 0.75 },
  {
    kind: 'HorizontalPodAutoscaler',
    type: 'ScalingActive',
    status: 'False',
    reason: /FailedGet|InvalidMetric|FailedCompute/,
    what: 'autoscaler_blind',
    strength: 0.65,
  },
  {
    kind: 'HorizontalPodAutoscaler',
    type: 'AbleToScale',
    status: 'False',
    reason: /FailedGetScale/,
    what: 'autoscaler_blind',
    strength: 0.65,
  },
  {
    kind: 'HorizontalPodAutoscaler',
    type: 'ScalingLimited',
    status: 'True',
    reason: /TooManyReplicas/,
    what: 'autoscaler_at_limit',
    strength: 0.6,
  },
  { kind: 'Certificate', type: 'Ready', status: 'False', what: 'certificate_not_ready', strength: 0.75 },
];

const asRef = ({ kind, metadata: { namespace, name } }: KubeObject): ObjectRef => ({ kind, namespace, name });

const ofKind = (state: ClusterState, { kind, type, status, reason, what, strength }: Told): StateCause[] =>
  objectsOf(state, kind).flatMap((object) => {
    const told = conditionsIn(recordAt(object.raw, 'status')).find(
      (one) => one.type === type && one.status === status && (!reason || reason.test(one.reason)),
    );
    return told
      ? [
          {
            what,
            object: asRef(object),
            strength: what === 'autoscaler_blind' && metricsAreAway(state) ? strength / 2 : strength,
            facts: [
              fact(asRef(object), `status.conditions[${type}]`, `${told.status}, ${told.reason}: ${told.message}`),
            ],
            // At its bound it does what it may: whether that hurts is seen in what it scales.
            hurts: what === 'autoscaler_blind' ? scaledBy(state, object) : [],
            command: describe(asRef(object)),
          },
        ]
      : [];
  });

/** Whoever should tell it is away: that one is to blame, not who asks. */
const metricsAreAway = ({ workloads }: ClusterState): boolean =>
  workloads.some(({ name, desired, ready }) => name.startsWith('metrics-server') && (desired === 0 || ready === 0));

/** Whom an autoscaler scales. */
function scaledBy(state: ClusterState, { metadata, raw }: KubeObject): ObjectRef[] {
  const target = recordAt(raw, 'spec', 'scaleTargetRef');
  return state.workloads
    .filter(
      (one) =>
        one.namespace === metadata.namespace &&
        one.kind === textAt(target, 'kind') &&
        one.name === textAt(target, 'name'),
    )
    .map(refOf);
}

const terminating = (state: ClusterState): StateCause[] =>
  objectsOf(state, 'Namespace')
    .filter(({ raw }) => textAt(raw, 'status', 'phase') === 'Terminating')
    .map((object) => ({
      what: 'namespace_terminating',
      object: asRef(object),
      strength: 0.85,
      facts: conditionsIn(recordAt(object.raw, 'status'))
        .filter(({ status }) => status === 'True')
        .map((one) => fact(asRef(object), `status.conditions[${one.type}]`, one.message)),
      hurts: state.workloads.filter(({ namespace }) => namespace === object.metadata.name).map(refOf),
      command: `kubectl get namespace ${object.metadata.name} -o jsonpath='{.status.conditions}'`,
    }));

const paused = (state: ClusterState): StateCause[] =>
  state.workloads
    .filter((one) => one.kind === 'Deployment' && one.paused && (isHalfWay(one) || waitsToRoll(state, one)))
    .map((one) => ({
      what: 'rollout_paused',
      object: refOf(one),
      strength: 0.8,
      facts: [fact(one, 'spec.paused', true)],
      hurts: [],
      command: `kubectl rollout resume ${target(one)}`,
    }));

/** Changed, and not carried through. */
const isHalfWay = ({ ready, desired, olderPods, raw }: ClusterState['workloads'][number]): boolean =>
  ready < desired || olderPods.length > 0 || (numberAt(raw, 'status', 'updatedReplicas') ?? 0) < desired;

/** Its template asks for what no ReplicaSet of it has yet. */
function waitsToRoll(state: ClusterState, { namespace, name, raw }: ClusterState['workloads'][number]): boolean {
  const own = objectsOf(state, 'ReplicaSet', namespace).filter((set) =>
    recordsAt(set.raw, 'metadata', 'ownerReferences').some(
      (owner) => textAt(owner, 'kind') === 'Deployment' && textAt(owner, 'name') === name,
    ),
  );
  const asked = whatRuns(raw);
  return own.length > 0 && !own.some((set) => whatRuns(set.raw) === asked);
}

const whatRuns = (raw: Json): string =>
  JSON.stringify(
    recordsAt(raw, 'spec', 'template', 'spec', 'containers').map(({ name, image, env, command, args }) => [
      name,
      image,
      env ?? [],
      command ?? [],
      args ?? [],
    ]),
  );

function ingresses(state: ClusterState): StateCause[] {
  return objectsOf(state, 'Ingress').flatMap((object) => {
    const backends = [
      recordAt(object.raw, 'spec', 'defaultBackend'),
      ...recordsAt(object.raw, 'spec', 'rules').flatMap((rule) =>
        recordsAt(rule, 'http', 'paths').map((path) => recordAt(path, 'backend')),
      ),
    ];
    const { namespace } = object.metadata;
    const lost = backends.flatMap((backend) => {
      const name = textAt(backend, 'service', 'name');
      const service = state.services.find((one) => one.namespace === namespace && one.name === name);
      const port = recordAt(backend, 'service', 'port');
      if (name === '' || state.services.length === 0) return [];
      if (!service) return [`${name}: no such Service`];
      return 'number' in port && !service.ports.some((one) => one.port === port.number)
        ? [`${name}:${port.number}: no such port`]
        : 'name' in port && !service.ports.some((one) => one.name === port.name)
          ? [`${name}:${port.name}: no such port`]
          : [];
    });
    return lost.length > 0
      ? [
          {
            what: 'ingress_backend_missing' as const,
            object: asRef(object),
            strength: 0.93,
            facts: lost.slice(0, 4).map((one) => fact(asRef(object), 'spec.rules[].http.paths[].backend.service', one)),
            hurts: [],
            command: `kubectl edit ingress/${object.metadata.name} -n ${namespace}`,
          },
        ]
      : [];
  });
}

export default conditions;
