import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { recordAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { type LogSign, saysDns } from '../../domain/snapshot/log-signs.ts';
import { type Direction, denies, keepsFromDns, type Policy, policiesOf } from '../../domain/snapshot/network-policy.ts';
import { objectKey } from '../../domain/snapshot/snapshot.ts';
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
  find,
};

type Denial = { from: StateWorkload; to: StateWorkload; policy: Policy; direction: Direction };
/** Who may not ask the cluster's DNS, and says that names can't be resolved. */
type Deaf = { workload: StateWorkload; policy: Policy; said: LogSign[] };

function find(state: ClusterState, calls: CallGraph): StateCause[] {
  const policies = policiesOf(state);
  if (policies.length === 0) return [];
  const byKey = new Map(state.workloads.map((one) => [objectKey(one), one]));
  const denied = [...calls.callees].flatMap(([key, all]) =>
    [...all].flatMap((to) => pair(state, policies, byKey.get(key), byKey.get(to))),
  );
  const deaf = state.workloads.flatMap((workload): Deaf[] => {
    const said = workload.signs.filter((sign) => sign.kind === 'unknown_host' || saysDns(sign));
    const policy = said.length > 0 && workload.desired > 0 ? keepsFromDns(state, policies, workload) : undefined;
    return policy ? [{ workload, policy, said }] : [];
  });
  const blamed = new Set([...denied, ...deaf].map(({ policy }) => policy));
  return [...blamed].map((policy) =>
    causeOf(
      policy,
      denied.filter((one) => one.policy === policy),
      deaf.filter((one) => one.policy === policy),
      calls,
    ),
  );
}

function pair(
  state: ClusterState,
  policies: Policy[],
  from: StateWorkload | undefined,
  to: StateWorkload | undefined,
): Denial[] {
  if (!from || !to || from.desired === 0) return [];
  return (['Ingress', 'Egress'] as const).flatMap((direction) => {
    const policy = denies(state, policies, { from, to }, direction);
    return policy ? [{ from, to, policy, direction }] : [];
  });
}

function causeOf({ object, ...policy }: Policy, all: Denial[], deaf: Deaf[], { resolve }: CallGraph): StateCause {
  const ref = { kind: 'NetworkPolicy', namespace: policy.namespace, name: object.metadata.name };
  const complaints = [
    ...deaf.flatMap(({ said }) => said),
    ...all.flatMap(({ from, to }) =>
      from.signs.filter(
        (sign) =>
          (sign.kind === 'timeout' || sign.kind === 'refused') &&
          sign.addresses.some(({ host }) => {
            const found = resolve(host, from.namespace);
            return found.kind === 'service' && found.service.workloads.includes(to);
          }),
      ),
    ),
  ];
  const direction = deaf.length > 0 ? 'Egress' : (all[0]?.direction ?? 'Ingress');
  return {
    what: 'network_policy_denies',
    object: ref,
    strength: complaints.length > 0 ? 0.98 : 0.93,
    facts: [
      fact(ref, 'spec.podSelector', recordAt(object.raw, 'spec', 'podSelector')),
      fact(ref, direction === 'Egress' ? 'spec.egress' : 'spec.ingress', policy.rules[direction]),
      ...deaf.slice(0, 2).map(({ workload }) => fact(ref, "keeps from the cluster's DNS (UDP 53)", workload.name)),
      ...all
        .slice(0, 4)
        .map((one) => fact(ref, `keeps from each other (${one.direction})`, `${one.from.name} -> ${one.to.name}`)),
      ...complaints
        .slice(0, 2)
        .map((sign) => fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line)),
    ],
    // Whoever the policy holds comes first: there it is seen to be silent.
    hurts: [
      ...deaf.map(({ workload }) => refOf(workload)),
      ...all.flatMap((one) =>
        one.direction === 'Ingress' ? [refOf(one.to), refOf(one.from)] : [refOf(one.from), refOf(one.to)],
      ),
    ],
    command: editCommand(ref),
  };
}

export default networkPolicies;
