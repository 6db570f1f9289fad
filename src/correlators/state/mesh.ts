import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import { type ClusterState, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { complainedOf } from '../../domain/snapshot/database.ts';
import { labelsAt, recordAt, recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import { describe, editCommand, undoCommand } from '../../domain/snapshot/kubectl.ts';
import type { LogSign } from '../../domain/snapshot/log-signs.ts';
import { fits } from '../../domain/snapshot/service.ts';
import { type KubeObject, type ObjectRef, objectKey } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** A service mesh between caller and callee: who is let through, by whom, and whether both speak mutual TLS. */
const mesh: StateCorrelator = {
  name: 'mesh',
  finds: {
    mesh_policy_denies: {
      area: 'network',
      title: "the mesh's authorisation denies the calls",
      object: 'AuthorizationPolicy or workload',
      whose: 'namespace',
      should: 'a policy that lets these through',
    },
    mesh_tls_conflict: {
      area: 'network',
      title: "the mesh's TLS modes of caller and callee don't fit",
      object: 'DestinationRule or PeerAuthentication',
      whose: 'namespace',
      should: 'the same on both sides (PERMISSIVE until all have sidecars)',
    },
    sidecar_missing: {
      area: 'network',
      title: "the pods lack the mesh's sidecar that their peers demand",
      object: 'workload',
      whose: 'namespace',
      should: 'injected: the label of the namespace or pod, and a restart',
    },
  },
  find: (state, calls) => {
    const pairs = pairsOf(state, calls);
    return [...denials(state, calls, pairs), ...withoutSidecar(state, pairs), ...plainRules(state, calls, pairs)];
  },
};

type Pair = { from: StateWorkload; to: StateWorkload };
const ROOT = 'istio-system';
const PROXY = /^(?:istio-proxy|linkerd-proxy)$/;

const asRef = ({ kind, metadata: { namespace, name } }: KubeObject): ObjectRef => ({ kind, namespace, name });
const told = ({ log, line, count }: LogSign): StateFact =>
  fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, `log (${count} times)`, line);

function pairsOf(state: ClusterState, calls: CallGraph): Pair[] {
  const byKey = new Map(state.workloads.map((one) => [objectKey(one), one]));
  return [...calls.callees].flatMap(([from, all]) =>
    [...all].flatMap((key) => {
      const [caller, callee] = [byKey.get(from), byKey.get(key)];
      return caller && callee && caller.desired > 0 ? [{ from: caller, to: callee }] : [];
    }),
  );
}

/** A policy of the mesh selects by the labels of pods, or all of its namespace; those of the root namespace hold everywhere. */
function holds({ metadata, raw }: KubeObject, workload: StateWorkload): boolean {
  if (metadata.namespace !== workload.namespace && metadata.namespace !== ROOT) return false;
  const selector = labelsAt(raw, 'spec', 'selector', 'matchLabels');
  return Object.keys(selector).length === 0 || fits(selector, workload.template.labels);
}

function denials(state: ClusterState, calls: CallGraph, pairs: Pair[]): StateCause[] {
  const policies = [...objectsOf(state, 'AuthorizationPolicy'), ...objectsOf(state, 'ServerAuthorization')];
  const said = state.workloads.flatMap((from) =>
    from.signs
      .filter((sign) => sign.kind === 'mesh_denied' && (sign.late || sign.count > 3))
      .map((sign) => ({ from, sign, to: complainedOf(state, calls, from, sign) })),
  );
  const convicted = said.map((one) => {
    const candidates = one.to ? [one.to] : pairs.filter(({ from }) => from === one.from).map(({ to }) => to);
    const holding = policies.filter((policy) => candidates.some((to) => holds(policy, to)));
    return { ...one, policy: [...holding].sort(strictest)[0] };
  });
  const byPolicy = Map.groupBy(convicted, ({ policy, from }) => (policy ? objectKey(asRef(policy)) : objectKey(from)));
  const spoken = [...byPolicy.values()].flatMap((all): StateCause[] => {
    const [first] = all;
    if (!first) return [];
    const object = first.policy ? asRef(first.policy) : refOf(first.to ?? first.from);
    return [
      {
        what: 'mesh_policy_denies',
        object,
        // Without a policy it is known that somebody denies, and not who.
        strength: first.policy ? 0.96 : 0.25,
        facts: [...(first.policy ? policyFacts(first.policy) : []), ...all.slice(0, 3).map(({ sign }) => told(sign))],
        hurts: all.flatMap(({ from, to }) => [refOf(from), ...(to ? [refOf(to)] : [])]),
        command: first.policy ? editCommand(object) : `kubectl get authorizationpolicies -n ${object.namespace}`,
      },
    ];
  });
  return [...spoken, ...allowNothing(policies, pairs)];
}

/** What denies before what allows nothing, before what allows some; the newest first. */
const strictest = (left: KubeObject, right: KubeObject): number =>
  severity(right) - severity(left) || right.metadata.createdAt - left.metadata.createdAt;
const severity = ({ raw }: KubeObject): number =>
  textAt(raw, 'spec', 'action') === 'DENY' ? 2 : recordsAt(raw, 'spec', 'rules').length === 0 ? 1 : 0;

const policyFacts = (policy: KubeObject): StateFact[] => [
  fact(asRef(policy), 'spec.action', textAt(policy.raw, 'spec', 'action') || 'ALLOW'),
  fact(asRef(policy), 'spec.rules', recordsAt(policy.raw, 'spec', 'rules')),
];

/** An ALLOW without rules that is the only one for somebody who is called. */
const allowNothing = (policies: KubeObject[], pairs: Pair[]): StateCause[] =>
  policies
    .filter(
      (one) => one.kind === 'AuthorizationPolicy' && severity(one) === 1 && !('targetRef' in recordAt(one.raw, 'spec')),
    )
    .flatMap((policy): StateCause[] => {
      const denied = pairs.filter(
        ({ to }) => holds(policy, to) && !policies.some((other) => other !== policy && holds(other, to)),
      );
      return denied.length === 0
        ? []
        : [
            {
              what: 'mesh_policy_denies',
              object: asRef(policy),
              strength: 0.8,
              facts: [
                ...policyFacts(policy),
                ...denied
                  .slice(0, 3)
                  .map(({ from, to }) => fact(asRef(policy), 'keeps from each other', `${from.name} -> ${to.name}`)),
              ],
              hurts: denied.flatMap(({ from, to }) => [refOf(from), refOf(to)]),
              command: editCommand(asRef(policy)),
            },
          ];
    });

const hasSidecar = ({ template, pods }: StateWorkload): boolean =>
  template.containers.some(({ name }) => PROXY.test(name)) ||
  pods.some((pod) => pod.template.containers.some(({ name }) => PROXY.test(name)));

const strictFor = (state: ClusterState, to: StateWorkload): KubeObject | undefined =>
  [...objectsOf(state, 'PeerAuthentication')]
    .filter((one) => holds(one, to))
    .sort((left, right) => specificity(right) - specificity(left))
    .slice(0, 1)
    .find(({ raw }) => textAt(raw, 'spec', 'mtls', 'mode') === 'STRICT');
const specificity = ({ metadata, raw }: KubeObject): number =>
  (metadata.namespace === ROOT ? 0 : 1) +
  (Object.keys(labelsAt(raw, 'spec', 'selector', 'matchLabels')).length > 0 ? 2 : 0);

const resets = (from: StateWorkload): LogSign[] =>
  from.signs.filter(({ kind, late, count }) => (kind === 'reset' || kind === 'malformed_reply') && (late || count > 3));

/** Callers outside of the mesh, where the callee takes mutual TLS alone: who changed last is to blame. */
function withoutSidecar(state: ClusterState, pairs: Pair[]): StateCause[] {
  const bare = pairs.filter(({ from, to }) => !hasSidecar(from) && !from.template.hostNetwork && hasSidecar(to));
  return [...Map.groupBy(bare, ({ from }) => from)].flatMap(([from, all]): StateCause[] => {
    const strict = all.flatMap(({ to }) => strictFor(state, to) ?? [])[0];
    if (!strict) return [];
    const newer = strict.metadata.createdAt > from.changedAt;
    const own = refOf(from);
    return [
      {
        what: newer ? 'mesh_tls_conflict' : 'sidecar_missing',
        object: newer ? asRef(strict) : own,
        strength: resets(from).length > 0 ? 0.95 : 0.6,
        facts: [
          fact(
            own,
            'spec.template.spec.containers',
            `${from.template.containers.map(({ name }) => name).join(', ')}: no istio-proxy`,
          ),
          fact(
            own,
            'spec.template.metadata.labels[sidecar.istio.io/inject]',
            from.template.labels['sidecar.istio.io/inject'] ?? 'none',
          ),
          fact(asRef(strict), 'spec.mtls.mode', 'STRICT'),
          ...resets(from).slice(0, 2).map(told),
        ],
        hurts: [own, ...all.map(({ to }) => refOf(to))],
        command: newer ? editCommand(asRef(strict)) : undoCommand(own),
      },
    ];
  });
}

/** DestinationRules that have callers speak plainly to who takes mutual TLS alone, or mutual TLS to who has no sidecar. */
function plainRules(state: ClusterState, calls: CallGraph, pairs: Pair[]): StateCause[] {
  return objectsOf(state, 'DestinationRule').flatMap((rule): StateCause[] => {
    const mode = textAt(rule.raw, 'spec', 'trafficPolicy', 'tls', 'mode');
    const found = calls.resolve(textAt(rule.raw, 'spec', 'host'), rule.metadata.namespace);
    if (mode === '' || found.kind !== 'service') return [];
    const [to] = found.service.workloads;
    if (!to) return [];
    const strict = strictFor(state, to);
    const wrong = mode === 'ISTIO_MUTUAL' ? !hasSidecar(to) : strict !== undefined && hasSidecar(to);
    if (!wrong) return [];
    const callers = pairs.filter((one) => one.to === to).map(({ from }) => from);
    const complaints = callers.flatMap(resets);
    return [
      {
        what: 'mesh_tls_conflict',
        object: asRef(rule),
        strength: complaints.length > 0 ? 0.97 : 0.8,
        facts: [
          fact(asRef(rule), 'spec.trafficPolicy.tls.mode', mode),
          ...(strict
            ? [fact(asRef(strict), 'spec.mtls.mode', 'STRICT')]
            : [fact(to, 'spec.template.spec.containers', 'no istio-proxy')]),
          ...complaints.slice(0, 2).map(told),
        ],
        hurts: [...callers.map(refOf), refOf(to)],
        command: callers.length > 0 ? editCommand(asRef(rule)) : describe(asRef(rule)),
      },
    ];
  });
}

export default mesh;
