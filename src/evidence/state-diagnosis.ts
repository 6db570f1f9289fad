import { type RankedStateCause, rankState } from '../analysis/rank-state.ts';
import { type CallGraph, callGraph, type MeasuredCall } from '../domain/snapshot/call-graph.ts';
import { type ClusterState, clusterState } from '../domain/snapshot/cluster-state.ts';
import type { Snapshot } from '../domain/snapshot/snapshot.ts';
import type { StateCorrelator } from '../extension-points.ts';

/** `should`: what the convicting field should be. */
export type AdvisedCause = RankedStateCause & { should: string };
/** What a snapshot convicts, most probable first. `named`: sure enough, and not a tie. */
export type StateDiagnosis = {
  causes: AdvisedCause[];
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
  const { causes, named } = rankState(state, calls, found);
  return { causes: causes.map(advised(correlators)), named, missing: snapshot.missing, state, calls };
}

/** With what the file says to it that describes such causes: with all facts, whoever found them. */
const advised =
  (correlators: StateCorrelator[]) =>
  (cause: RankedStateCause): AdvisedCause => {
    const described = correlators.map(({ finds }) => finds[cause.what]).find((one) => one !== undefined);
    const should = described?.should ?? 'put right';
    return { ...cause, should: typeof should === 'string' ? should : should(cause.facts) };
  };
