import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { textsAt } from '../../domain/snapshot/fields.ts';
import { editCommand, scale, undoCommand } from '../../domain/snapshot/kubectl.ts';
import { type LogSign, saysDns, unknownHost } from '../../domain/snapshot/log-signs.ts';
import { keepsFromDns, policiesOf } from '../../domain/snapshot/network-policy.ts';
import type { Service } from '../../domain/snapshot/service.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Names that can't be resolved though their Services are there: by the pods' own policy, or since the cluster's DNS is down. */
const dns: StateCorrelator = {
  name: 'dns',
  finds: {
    dns_policy: {
      area: 'network',
      title: "the pods don't ask the cluster's DNS",
      object: 'workload',
      whose: 'author',
      should: 'ClusterFirst (ClusterFirstWithHostNet with hostNetwork)',
    },
    cluster_dns_down: {
      area: 'network',
      title: "the cluster's DNS does not answer",
      object: 'workload',
      whose: 'cluster',
      should: 'at least 1 ready pod of the cluster DNS',
    },
    unknown_host: {
      area: 'dependency',
      title: "a name can't be resolved",
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'a name that resolves',
    },
  },
  find: (state, calls) => {
    const server = state.services.find(
      ({ namespace, name }) => namespace === 'kube-system' && /^(?:kube-dns|coredns|rke2-coredns.{0,40})$/.test(name),
    );
    return [
      ...state.workloads.flatMap((workload) => policy(calls, workload, server)),
      ...(server ? serverDown(state, calls, server) : []),
      ...state.workloads.flatMap((one) => unknown(calls, one)),
    ];
  },
};

/** Complaints about names that the cluster's DNS would know. */
const complaints = ({ resolve }: CallGraph, workload: StateWorkload): LogSign[] =>
  workload.signs.filter((sign) => {
    if (sign.kind !== 'unknown_host') return saysDns(sign);
    const host = unknownHost(sign);
    return host !== '' && resolve(host, workload.namespace).kind === 'service';
  });

const told = (sign: LogSign): StateFact =>
  fact({ kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod }, 'log', sign.line);

function policy(calls: CallGraph, workload: StateWorkload, server: Service | undefined): StateCause[] {
  const { template, desired, namespace } = workload;
  if (desired === 0 || namespace === 'kube-system') return [];
  const servers = textsAt(template.dnsConfig, 'nameservers');
  const isOdd =
    (template.dnsPolicy === 'Default' && !template.hostNetwork) ||
    (template.dnsPolicy === 'ClusterFirst' && template.hostNetwork) ||
    (template.dnsPolicy === 'None' && !servers.includes(server?.ip ?? ''));
  if (!isOdd) return [];
  const uses = calls.uses.filter(
    (use) =>
      use.workload === workload && !/^\d/.test(use.host) && calls.resolve(use.host, namespace).kind === 'service',
  );
  const said = complaints(calls, workload);
  if (uses.length === 0 && said.length === 0) return [];
  const own = refOf(workload);
  const at = templatePath(workload);
  return [
    {
      what: 'dns_policy',
      object: own,
      strength: said.length > 0 ? 0.98 : template.hostNetwork ? 0.6 : 0.92,
      facts: [
        fact(own, `${at}.dnsPolicy`, template.dnsPolicy),
        ...(template.dnsPolicy === 'None' ? [fact(own, `${at}.dnsConfig.nameservers`, servers)] : []),
        ...(template.hostNetwork ? [fact(own, `${at}.hostNetwork`, true)] : []),
        ...uses.slice(0, 2).map((use) => fact(own, use.field, use.value)),
        ...said.slice(0, 2).map(told),
      ],
      hurts: [],
      command: editCommand(own),
    },
  ];
}

function serverDown(state: ClusterState, calls: CallGraph, server: Service): StateCause[] {
  const [behind] = server.workloads;
  const object = behind ? refOf(behind) : { kind: 'Service', namespace: server.namespace, name: server.name };
  const ready = server.workloads.flatMap(standingPods).filter((pod) => pod.ready).length;
  const policies = policiesOf(state);
  // What the servers themselves ask of others is no answer of theirs; nor does it answer whom a policy keeps from asking.
  const complaining = state.workloads.filter(
    (one) =>
      one.template.dnsPolicy === 'ClusterFirst' &&
      !server.workloads.includes(one) &&
      complaints(calls, one).length > 0 &&
      !keepsFromDns(state, policies, one),
  );
  const broken = ready === 0 || (server.endpoints !== null && server.endpoints.ready === 0);
  const onLostNode = (behind?.pods ?? []).some(
    (pod) => state.nodes.find(({ name }) => name === pod.node)?.ready === false,
  );
  if (!broken && complaining.length < 2) return [];
  const answering = fact(
    { kind: 'Service', namespace: server.namespace, name: server.name },
    'ready endpoints',
    server.endpoints?.ready ?? ready,
  );
  const facts = [
    // Pods are wished for, and none answers.
    ...(broken && behind && behind.desired > 0 ? [answering] : []),
    fact(object, behind ? 'spec.replicas' : 'spec.selector', behind ? behind.desired : server.selector),
    ...(broken && behind && behind.desired > 0 ? [] : [answering]),
    ...(behind?.signs ?? []).slice(0, 2).map(told),
    ...complaining.slice(0, 3).flatMap((one) => complaints(calls, one).slice(0, 1).map(told)),
  ];
  const hurts = state.workloads.filter((one) => calls.uses.some(({ workload }) => workload === one)).map(refOf);
  return [
    {
      what: 'cluster_dns_down',
      object,
      // Its pods may only be where a node is away.
      strength: broken ? (onLostNode ? 0.5 : 0.97) : 0.8,
      facts,
      hurts: broken ? hurts : complaining.map(refOf),
      command: behind && behind.desired === 0 ? scale(behind, 2) : undoCommand(object),
    },
  ];
}

/** Only that a name isn't known: why is told elsewhere, where it can be. */
function unknown(calls: CallGraph, workload: StateWorkload): StateCause[] {
  const sign = workload.signs.find(
    (one) =>
      one.kind === 'unknown_host' &&
      (one.late || one.count > 2) &&
      calls.resolve(unknownHost(one), workload.namespace).kind !== 'service',
  );
  if (!sign) return [];
  return [
    {
      what: 'unknown_host',
      object: refOf(workload),
      strength: 0.75,
      facts: [told(sign)],
      hurts: [],
      command: `kubectl get services -n ${workload.namespace}`,
    },
  ];
}

export default dns;
