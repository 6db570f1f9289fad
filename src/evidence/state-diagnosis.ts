import { type RankedStateCause, rankState } from '../analysis/rank-state.ts';
import { type CallGraph, callGraph, type MeasuredCall } from '../domain/snapshot/call-graph.ts';
import { type ClusterState, clusterState } from '../domain/snapshot/cluster-state.ts';
import type { Snapshot } from '../domain/snapshot/snapshot.ts';
import type { StateCorrelator } from '../extension-points.ts';

/** What a snapshot convicts, most probable first. `named`: sure enough, and not a tie. */
export type StateDiagnosis = {
  causes: RankedStateCause[];
  named: boolean;
  missing: string[];
  state: ClusterState;
  calls: CallGraph;
};

/** Pure: the same for a dump and for what was listed live; who calls whom is measured, too, there. */
export function diagnoseState(
  snapshot: Snapshot,
  correlators: StateCorrelator[],
  measured: readonly MeasuredCall[] = [],
): StateDiagnosis {
  const state = clusterState(snapshot);
  const calls = callGraph(state, measured);
  const found = correlators.flatMap((one) => one.find(state, calls));
  return { ...rankState(state, calls, found), missing: snapshot.missing, state, calls };
}
