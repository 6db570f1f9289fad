import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { maskText } from '../domain/mask-text.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { NodeInfo } from '../ports/cluster-objects.ts';

const NODE_REASONS = [
  'NodeNotReady',
  'SystemOOM',
  'EvictionThresholdMet',
  'NodeHasInsufficientMemory',
  'NodeHasDiskPressure',
];

const TAINT_HALF_LIFE_MS = 60 * 60_000;

/** Nodes that aren't ready or are under pressure; the more so, the more of the service's pods are on them. */
const nodeTrouble: Correlator = {
  name: 'node_trouble',
  finds: {
    node_pressure: { chart: 'node', shownByPods: false, isContext: false },
    node_not_ready: { chart: 'node', shownByPods: false, isContext: false },
    node_tainted: { chart: null, shownByPods: false, isContext: false },
  },
  correlate: (around) => around.nodes.flatMap((node) => [...troubleOf(node, around), ...taintsOf(node, around)]),
};

function troubleOf(node: NodeInfo, around: IncidentContext): Found[] {
  if (node.ready && node.pressures.length === 0) return [];
  const { pods, workloads, revisions, subject } = around;
  const own = pods.filter((pod) => ownerOf(pod, workloads, revisions)?.name === subject.service);
  const here = own.filter((pod) => pod.node === node.name).length;
  const state = node.ready ? `is under ${node.pressures.join(' and ')}` : "isn't ready";
  const isSubject = subject.namespace === '' && subject.service === node.name;
  const whose = isSubject ? '' : `; ${here} of ${own.length} pods of ${subject.service} are on it`;
  const message = `Node ${node.name} ${state}${whose}`;
  const what = node.ready ? 'node_pressure' : 'node_not_ready';
  const about = { kind: 'Node', namespace: '', name: node.name } as const;
  return [
    {
      kind: 'state',
      about,
      at: startOf(node, around),
      what,
      message,
      strength: strengthOf(node, here, own.length, isSubject),
    },
  ];
}

/** A sick node is trouble in any case; whether it is this service's depends on who lives there. What an alert says of a node itself is measured by its conditions. */
function strengthOf(node: NodeInfo, here: number, all: number, isSubject: boolean): number {
  if (isSubject) return 0.97;
  const share = all === 0 ? 0 : here / all;
  return here === 0 ? (node.ready ? 0.5 : 0.6) : (node.ready ? 0.9 : 0.95) + 0.04 * share;
}

/** Taints that somebody set shortly before the trouble: NoExecute drives pods away, NoSchedule keeps new ones off. */
function taintsOf(node: NodeInfo, { since }: IncidentContext): Found[] {
  return (node.taints ?? []).flatMap(({ key, effect, addedAt }) => {
    const weight = addedAt === null ? null : weightByLag(addedAt, since, TAINT_HALF_LIFE_MS);
    if (addedAt === null || weight === null) return [];
    const about = { kind: 'Node', namespace: '', name: node.name } as const;
    const message = `Node ${node.name} was tainted ${maskText(`${key}:${effect}`, 100)} ${lagWords(addedAt, since)}`;
    const strength = (effect === 'NoExecute' ? 0.8 : 0.4) * weight;
    return [{ kind: 'change' as const, about, at: addedAt, what: 'node_tainted', message, strength }];
  });
}

function startOf(node: NodeInfo, { events, since }: IncidentContext): number {
  const told = events.filter(
    ({ about, reason }) => about.kind === 'Node' && about.name === node.name && NODE_REASONS.includes(reason),
  );
  return told.length > 0 ? Math.min(...told.map((event) => event.at)) : (node.troubledSince ?? since);
}

export default nodeTrouble;
