import type { CallGraph } from './call-graph.ts';
import type { ClusterState } from './cluster-state.ts';
import { objectKey } from './snapshot.ts';
import type { StateCause } from './state-cause.ts';
import { illSince, troubleOf } from './trouble.ts';

/** Who suffers by a cause: names of workloads, those that it hurts before their callers. `since`: epoch ms, null where nothing tells. */
export function feltBy(
  state: ClusterState,
  { callers }: CallGraph,
  { object, hurts }: Pick<StateCause, 'object' | 'hurts'>,
): { names: string[]; since: number | null } {
  const behind = object.kind === 'Service' ? servedBy(state, object) : [];
  const own = [...new Set([objectKey(object), ...behind, ...hurts.map(objectKey)])];
  const calling = own.flatMap((key) => [...(callers.get(key) ?? [])]);
  const all = [...new Set([...own, ...calling])];
  const felt = all.flatMap((key) => state.workloads.find((one) => objectKey(one) === key) ?? []);
  const ill = felt.filter((one) => own.includes(objectKey(one)) && troubleOf(one, state.at) > 0);
  const since = Math.min(...ill.map((one) => illSince(one, state.at)));
  return {
    names: [...new Set(felt.filter((one) => objectKey(one) !== objectKey(object)).map(({ name }) => name))],
    since: Number.isFinite(since) && since < state.at ? since : null,
  };
}

const servedBy = ({ services }: ClusterState, { namespace, name }: StateCause['object']): string[] =>
  (services.find((one) => one.namespace === namespace && one.name === name)?.workloads ?? []).map(objectKey);
