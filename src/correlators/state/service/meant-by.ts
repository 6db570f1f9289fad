import { isAlike } from '../../../domain/snapshot/alike-names.ts';
import type { ClusterState } from '../../../domain/snapshot/cluster-state.ts';
import type { Service } from '../../../domain/snapshot/service.ts';
import type { StateWorkload } from '../../../domain/snapshot/workload.ts';

/** The workload that the Service is named after, or whose labels are nearest to its selector. One that is only alike, and has a Service of its own, is somebody else: the one that is meant is gone. */
export function meantBy(state: ClusterState, { namespace, name, selector }: Service): StateWorkload | undefined {
  const others = state.workloads.filter(
    (one) => one.namespace === namespace && one.kind !== 'Job' && one.kind !== 'Pod',
  );
  const free = others.filter((one) => !state.services.some(({ workloads }) => workloads.includes(one)));
  const values = Object.values(selector);
  return (
    others.find((one) => one.name === name) ??
    others.find(({ template }) =>
      Object.entries(selector).some(
        ([key, value]) =>
          template.labels[key] === value && (key === 'app' || key === 'name' || key === 'app.kubernetes.io/name'),
      ),
    ) ??
    free.find(
      (one) =>
        isAlike(one.name, name) &&
        !state.services.some((other) => other.name === one.name && other.namespace === namespace),
    ) ??
    free.find(({ template }) =>
      Object.values(template.labels).some((label) => values.some((value) => isAlike(value, label) && value.length > 4)),
    )
  );
}
