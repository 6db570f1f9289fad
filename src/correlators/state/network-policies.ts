import { type LabelSelector, selects } from '../../domain/label-selector.ts';
import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import { type ClusterState, objectAt, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { type Json, labelsAt, portAt, recordAt, recordsAt, textAt, textsAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { type KubeObject, objectKey } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** NetworkPolicies held against who calls whom: a pair of which no rule lets the one through. */
const networkPolicies: StateCorrelator = {
  name: 'network_policies',
  finds: {
    network_policy_denies: {
      area: 'network',
      title: 'a NetworkPolicy keeps callers or callees away',
      object: 'NetworkPolicy',
      whose: 'namespace',
      should: 'a policy that lets these through',
    },
  },
  find: (state, calls) => {
    const policies = objectsOf(state, 'NetworkPolicy').map(policyOf);
    if (policies.length === 0) return [];
    const byKey = new Map(state.workloads.map((one) => [objectKey(one), one]));
    const pairs = [...calls.callees].flatMap(([from, all]) =>
      [...all].flatMap((to) => pair(byKey.get(from), byKey.get(to))),
    );
    const denied = pairs.flatMap((one) => [
      ...denials(state, policies, one, 'Ingress'),
      ...denials(state, policies, one, 'Egress'),
    ]);
    return [...Map.groupBy(denied, ({ policy }) => policy).entries()].map(([policy, all]) =>
      causeOf(policy, all, calls),
    );
  },
};

type Direction = 'Ingress' | 'Egress';
type Policy = {
  object: KubeObject;
  namespace: string;
  selector: LabelSelector;
  types: string[];
  rules: Record<Direction, Json[]>;
};
type Pair = { from: StateWorkload; to: StateWorkload };
type Denial = Pair & { policy: Policy; direction: Direction };

const pair = (from: StateWorkload | undefined, to: StateWorkload | undefined): Pair[] =>
  from && to && from.desired > 0 ? [{ from, to }] : [];

function policyOf(object: KubeObject): Policy {
  const spec = recordAt(object.raw, 'spec');
  const told = textsAt(spec, 'policyTypes');
  return {
    object,
    namespace: object.metadata.namespace,
    selector: selectorOf(recordAt(spec, 'podSelector')),
    types: told.length > 0 ? told : ['Ingress', ...('egress' in spec ? ['Egress'] : [])],
    rules: { Ingress: recordsAt(spec, 'ingress'), Egress: recordsAt(spec, 'egress') },
  };
}

const selectorOf = (raw: Json): LabelSelector => ({
  matchLabels: labelsAt(raw, 'matchLabels'),
  matchExpressions: recordsAt(raw, 'matchExpressions').map((one) => ({
    key: textAt(one, 'key'),
    operator: textAt(one, 'operator'),
    values: textsAt(one, 'values'),
  })),
});

/** Policies only allow: what none of those that select the pod lets through is denied, and the newest of them is to blame. */
function denials(state: ClusterState, policies: Policy[], { from, to }: Pair, direction: Direction): Denial[] {
  const [own, other] = direction === 'Ingress' ? [to, from] : [from, to];
  const holding = policies.filter(
    ({ namespace, selector, types }) =>
      namespace === own.namespace && types.includes(direction) && selects(selector, own.template.labels),
  );
  if (holding.length === 0 || own.template.hostNetwork) return [];
  if (
    holding.some(({ rules, namespace }) =>
      rules[direction].some((rule) => lets(state, rule, direction, namespace, other, to)),
    )
  )
    return [];
  const [policy] = [...holding].sort((left, right) => right.object.metadata.createdAt - left.object.metadata.createdAt);
  return policy ? [{ from, to, policy, direction }] : [];
}

function lets(
  state: ClusterState,
  rule: Json,
  direction: Direction,
  namespace: string,
  other: StateWorkload,
  to: StateWorkload,
): boolean {
  const peers = recordsAt(rule, direction === 'Ingress' ? 'from' : 'to');
  const isPeer = peers.length === 0 || peers.some((peer) => matches(state, peer, namespace, other));
  const ports = recordsAt(rule, 'ports');
  const listens = to.template.containers.flatMap((one) => one.ports);
  const isPort =
    ports.length === 0 ||
    listens.length === 0 ||
    ports.some((one) => {
      const port = portAt(one, 'port');
      const end = portAt(one, 'endPort');
      return (
        port === null ||
        listens.some(
          (own) =>
            own.name === port ||
            own.port === port ||
            (typeof port === 'number' && typeof end === 'number' && own.port >= port && own.port <= end),
        )
      );
    });
  return isPeer && isPort;
}

function matches(state: ClusterState, peer: Json, namespace: string, other: StateWorkload): boolean {
  if ('ipBlock' in peer) return true;
  const labels = labelsAt(
    objectAt(state, { kind: 'Namespace', namespace: '', name: other.namespace })?.raw,
    'metadata',
    'labels',
  );
  const there =
    'namespaceSelector' in peer
      ? selects(selectorOf(recordAt(peer, 'namespaceSelector')), {
          'kubernetes.io/metadata.name': other.namespace,
          ...labels,
        })
      : other.namespace === namespace;
  return (
    there && (!('podSelector' in peer) || selects(selectorOf(recordAt(peer, 'podSelector')), other.template.labels))
  );
}

function causeOf({ object, ...policy }: Policy, all: Denial[], { resolve }: CallGraph): StateCause {
  const ref = { kind: 'NetworkPolicy', namespace: policy.namespace, name: object.metadata.name };
  const complaints = all.flatMap(({ from, to }) =>
    from.signs.filter(
      (sign) =>
        (sign.kind === 'timeout' || sign.kind === 'refused') &&
        sign.addresses.some(({ host }) => {
          const found = resolve(host, from.namespace);
          return found.kind === 'service' && found.service.workloads.includes(to);
        }),
    ),
  );
  const [first] = all;
  return {
    what: 'network_policy_denies',
    object: ref,
    strength: complaints.length > 0 ? 0.98 : 0.93,
    facts: [
      fact(ref, 'spec.podSelector', recordAt(object.raw, 'spec', 'podSelector')),
      fact(
        ref,
        first?.direction === 'Egress' ? 'spec.egress' : 'spec.ingress',
        policy.rules[first?.direction ?? 'Ingress'],
      ),
      ...all
        .slice(0, 4)
        .map(({ from, to, direction }) =>
          fact(ref, `keeps from each other (${direction})`, `${from.name} -> ${to.name}`),
        ),
      ...complaints
        .slice(0, 2)
        .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line)),
    ],
    // Whoever the policy holds comes first: there it is seen to be silent.
    hurts: all.flatMap(({ from, to, direction }) =>
      direction === 'Ingress' ? [refOf(to), refOf(from)] : [refOf(from), refOf(to)],
    ),
    command: editCommand(ref),
  };
}

export default networkPolicies;
