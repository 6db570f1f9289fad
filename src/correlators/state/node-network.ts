import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import { complainedOf } from '../../domain/snapshot/database.ts';
import { describe } from '../../domain/snapshot/kubectl.ts';
import type { LogSign } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Calls that get no answer, and all of them cross the border of one node: what its pods share is in the way. */
const nodeNetwork: StateCorrelator = {
  name: 'node_network',
  finds: {},
  alsoFinds: ['node_network_down'],
  find: (state, calls) => {
    const silent = silentCalls(state, calls);
    const ranked = state.nodes
      .filter(({ ready }) => ready)
      .map(({ name }) => ({ name, crossing: silent.filter((one) => crosses(one, name)) }))
      .sort((left, right) => right.crossing.length - left.crossing.length);
    const [first, second] = ranked;
    if (!first || first.crossing.length < LEAST || first.crossing.length < silent.length * NEARLY_ALL) return [];
    if (second && second.crossing.length >= first.crossing.length) return [];
    return causeOf(first.name, first.crossing);
  },
};

/** So many different pairs of caller and callee. */
const LEAST = 3;
const NEARLY_ALL = 0.9;

type Call = { from: StateWorkload; to: StateWorkload; sign: LogSign; callerNode: string; calleeNodes: Set<string> };

function silentCalls(state: ClusterState, calls: CallGraph): Call[] {
  const found = new Map<string, Call>();
  for (const from of state.workloads)
    for (const sign of from.signs) {
      if ((sign.kind !== 'timeout' && sign.kind !== 'reset') || !(sign.late || sign.count > 3)) continue;
      const to = complainedOf(state, calls, from, sign);
      const callerNode = from.pods.find(({ name }) => name === sign.log.pod)?.node ?? '';
      if (!to || to === from || callerNode === '') continue;
      const calleeNodes = new Set(standingPods(to).flatMap(({ node }) => (node ? [node] : [])));
      found.set(`${callerNode} ${from.namespace}/${from.name} ${to.namespace}/${to.name}`, {
        from,
        to,
        sign,
        callerNode,
        calleeNodes,
      });
    }
  return [...found.values()];
}

const crosses = ({ callerNode, calleeNodes }: Call, node: string): boolean =>
  callerNode === node ? [...calleeNodes].some((one) => one !== node) : calleeNodes.has(node);

/** What one callee, or one caller, has in all of them is that one's own. */
function causeOf(node: string, crossing: Call[]): StateCause[] {
  const there = new Set(crossing.map(({ from, to, callerNode }) => (callerNode === node ? from : to)));
  if (there.size < 2 || new Set(crossing.map(({ to }) => to)).size < 2) return [];
  const object = { kind: 'Node', namespace: '', name: node };
  return [
    {
      what: 'node_network_down',
      object,
      strength: 0.9,
      facts: [
        fact(object, 'calls without an answer that cross its border', crossing.length),
        ...crossing
          .slice(0, 4)
          .map(({ from, to, sign }) =>
            fact(
              { kind: 'Pod', namespace: sign.log.namespace, name: sign.log.pod },
              `log (${from.name} -> ${to.name})`,
              sign.line,
            ),
          ),
      ],
      hurts: crossing.flatMap(({ from, to }) => [refOf(from), refOf(to)]),
      command: describe(object),
    },
  ];
}

export default nodeNetwork;
