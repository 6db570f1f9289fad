import { type LabelSelector, selects } from '../label-selector.ts';
import { type ClusterState, objectAt, objectsOf } from './cluster-state.ts';
import { type Json, labelsAt, portAt, recordAt, recordsAt, textAt, textsAt } from './fields.ts';
import { isInBlock } from './ip-block.ts';
import { saysDns } from './log-signs.ts';
import type { KubeObject } from './snapshot.ts';
import type { StateWorkload } from './workload.ts';

/** NetworkPolicies, and what none of those that hold a pod lets through. */

export type Direction = 'Ingress' | 'Egress';
export type Policy = {
  object: KubeObject;
  namespace: string;
  selector: LabelSelector;
  types: string[];
  rules: Record<Direction, Json[]>;
};
/** Whom a rule is held against. `ips` is empty where nobody says. */
type Peer = {
  namespace: string;
  labels: Record<string, string>;
  ips: string[];
};
type Listens = { port: number; name: string; protocol: string };

export const policiesOf = (state: ClusterState): Policy[] => objectsOf(state, 'NetworkPolicy').map(policyOf);

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
export function denies(
  state: ClusterState,
  policies: Policy[],
  { from, to }: { from: StateWorkload; to: StateWorkload },
  direction: Direction,
): Policy | undefined {
  const [own, other] = direction === 'Ingress' ? [to, from] : [from, to];
  const holding = holdingOf(policies, own, direction);
  const listens = to.template.containers.flatMap((one) => one.ports);
  const peer = peerOf(state, other);
  const isLet = holding.some((policy) =>
    policy.rules[direction].some((rule) => lets(state, policy, direction, rule, peer, listens)),
  );
  return isLet ? undefined : newest(holding);
}

/** The policy that keeps a workload from the cluster's DNS: none of those that hold it lets it ask there, by UDP. */
export function keepsFromDns(state: ClusterState, policies: Policy[], workload: StateWorkload): Policy | undefined {
  const holding = holdingOf(policies, workload, 'Egress');
  if (holding.length === 0 || workload.template.dnsPolicy !== 'ClusterFirst') return undefined;
  const { peer, listens } = dnsOf(state, workload);
  const isLet = holding.some((policy) =>
    policy.rules.Egress.some((rule) => lets(state, policy, 'Egress', rule, peer, listens, 'UDP')),
  );
  return isLet ? undefined : newest(holding);
}

/** As it is everywhere, where the snapshot doesn't hold it; its address as who asks it in vain says it. */
function dnsOf(state: ClusterState, workload: StateWorkload): { peer: Peer; listens: Listens[] } {
  const service = state.services.find(
    ({ namespace, name }) => namespace === 'kube-system' && /^(?:kube-dns|coredns)$/.test(name),
  );
  const [server] = service?.workloads ?? [];
  const asked = workload.signs
    .filter(saysDns)
    .flatMap(({ line }) => /\b(\d{1,3}(?:\.\d{1,3}){3}):53\b/.exec(line)?.[1] ?? []);
  const targets = (service?.ports ?? []).flatMap(({ target }) => (typeof target === 'number' ? [target] : []));
  return {
    peer: server
      ? peerOf(state, server)
      : {
          namespace: 'kube-system',
          labels: { 'k8s-app': 'kube-dns' },
          ips: [service?.ip ?? '', ...asked].filter(Boolean),
        },
    listens: [...new Set([53, ...targets])].map((port) => ({ port, name: 'dns', protocol: 'UDP' })),
  };
}

const holdingOf = (policies: Policy[], { namespace, template }: StateWorkload, direction: Direction): Policy[] =>
  template.hostNetwork
    ? []
    : policies.filter(
        (one) => one.namespace === namespace && one.types.includes(direction) && selects(one.selector, template.labels),
      );

const newest = (policies: Policy[]): Policy | undefined =>
  [...policies].sort((left, right) => right.object.metadata.createdAt - left.object.metadata.createdAt)[0];

const peerOf = (state: ClusterState, workload: StateWorkload): Peer => ({
  namespace: workload.namespace,
  labels: workload.template.labels,
  ips: [
    ...workload.pods.map(({ ip }) => ip),
    ...state.services.filter(({ workloads }) => workloads.includes(workload)).map(({ ip }) => ip),
  ].filter((ip) => ip !== '' && ip !== 'None'),
});

function lets(
  state: ClusterState,
  { namespace }: Policy,
  direction: Direction,
  rule: Json,
  other: Peer,
  listens: Listens[],
  protocol: string | null = null,
): boolean {
  const peers = recordsAt(rule, direction === 'Ingress' ? 'from' : 'to');
  const isPeer = peers.length === 0 || peers.some((peer) => matches(state, peer, namespace, other));
  const ports = recordsAt(rule, 'ports').filter(
    (one) => protocol === null || (textAt(one, 'protocol') || 'TCP') === protocol,
  );
  if (recordsAt(rule, 'ports').length === 0) return isPeer;
  return isPeer && (listens.length === 0 || ports.some((one) => isPort(one, listens)));
}

function isPort(rule: Json, listens: Listens[]): boolean {
  const port = portAt(rule, 'port');
  const end = portAt(rule, 'endPort');
  return (
    port === null ||
    listens.some(
      (own) =>
        own.name === port ||
        own.port === port ||
        (typeof port === 'number' && typeof end === 'number' && own.port >= port && own.port <= end),
    )
  );
}

function matches(state: ClusterState, peer: Json, namespace: string, other: Peer): boolean {
  if ('ipBlock' in peer) {
    const block = recordAt(peer, 'ipBlock');
    const isIn = (ip: string) =>
      isInBlock(ip, textAt(block, 'cidr')) && !textsAt(block, 'except').some((one) => isInBlock(ip, one));
    return other.ips.length === 0 || other.ips.some(isIn);
  }
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
  return there && (!('podSelector' in peer) || selects(selectorOf(recordAt(peer, 'podSelector')), other.labels));
}
