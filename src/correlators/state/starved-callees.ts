import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import { type ClusterState, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { complainedOf } from '../../domain/snapshot/database.ts';
import { recordAt, recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import type { LogSign } from '../../domain/snapshot/log-signs.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { templateOf } from '../../domain/snapshot/template-parts.ts';
import { containerPath, type StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** So little CPU (cores) makes any program too slow to be called. */
const STARVED = 0.05;

/** Who doesn't answer in time, and is given next to no CPU: no probe has to fail for that. */
const starvedCallees: StateCorrelator = {
  name: 'starved_callees',
  finds: {},
  alsoFinds: ['cpu_limit_too_low'],
  find: (state, calls) =>
    state.workloads.flatMap((workload): StateCause[] => {
      const starved = workload.template.containers.find(({ init, limits }) => !init && (limits.cpu ?? 1) < STARVED);
      if (!starved || workload.desired === 0) return [];
      const said = complaints(state, calls, workload);
      if (said.length === 0) return [];
      const before = limitBefore(state, workload, starved.name);
      const own = refOf(workload);
      return [
        {
          what: 'cpu_limit_too_low',
          object: own,
          strength: before !== null && before > (starved.limits.cpu ?? 0) ? 0.95 : 0.85,
          facts: [
            fact(
              own,
              containerPath(workload, starved, 'resources.limits.cpu'),
              `${(starved.limits.cpu ?? 0) * 1_000}m`,
            ),
            ...(before === null ? [] : [fact(own, 'the same before its last rollout', `${before * 1_000}m`)]),
            ...said
              .slice(0, 2)
              .map(({ log, line }) => fact({ kind: 'Pod', namespace: log.namespace, name: log.pod }, 'log', line)),
          ],
          hurts: [],
          command: editCommand(own),
        },
      ];
    }),
};

const complaints = (state: ClusterState, calls: CallGraph, callee: StateWorkload): LogSign[] =>
  state.workloads
    .filter((one) => one !== callee)
    .flatMap((caller) =>
      caller.signs.filter(
        (sign) =>
          sign.kind === 'timeout' &&
          (sign.late || sign.count > 2) &&
          complainedOf(state, calls, caller, sign) === callee,
      ),
    );

/** Cores, as its newest ReplicaSet but one has it; null where nothing remembers. */
function limitBefore(state: ClusterState, { namespace, name, kind }: StateWorkload, container: string): number | null {
  const [, before] = objectsOf(state, 'ReplicaSet', namespace)
    .filter(({ raw }) =>
      recordsAt(raw, 'metadata', 'ownerReferences').some(
        (owner) => textAt(owner, 'kind') === kind && textAt(owner, 'name') === name,
      ),
    )
    .sort((left, right) => right.metadata.createdAt - left.metadata.createdAt);
  if (!before) return null;
  const template = templateOf(
    recordAt(before.raw, 'spec', 'template', 'metadata'),
    recordAt(before.raw, 'spec', 'template', 'spec'),
  );
  return template.containers.find((one) => one.name === container)?.limits.cpu ?? null;
}

export default starvedCallees;
