import type { KubeObject } from '../kube/objects.ts';
import type { Operator } from '../kube/world.ts';
import { DESTINATION_RULES } from './istio.ts';
import { SCALED_OBJECTS } from './keda/definition.ts';
import { KEPTN_TASK_DEFINITIONS, KEPTN_TASKS, RESTART_DEPLOYMENT } from './keptn.ts';
import { keptn } from './keptn-controller.ts';
import { CLUSTER_POLICIES, MUTATING_POLICIES } from './kyverno.ts';
import { kyverno } from './kyverno-controller.ts';

/** What of other systems the shop's cluster has. */
const DEFINITIONS: readonly KubeObject[] = [
  DESTINATION_RULES,
  CLUSTER_POLICIES,
  MUTATING_POLICIES,
  KEPTN_TASKS,
  KEPTN_TASK_DEFINITIONS,
  SCALED_OBJECTS,
];
/** What comes with a definition that is new. */
const FIRST_OBJECTS: Record<string, KubeObject> = { [KEPTN_TASK_DEFINITIONS.metadata.name]: RESTART_DEPLOYMENT };

/** What works on their objects. */
export const OPERATORS: readonly Operator[] = [kyverno, keptn];

type Installable = {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  apply(object: KubeObject): KubeObject;
};

/** Installs what isn't there yet: a cluster that an older version left has none of it. */
export function installOperators(cluster: Installable): void {
  for (const one of DEFINITIONS) {
    const { name } = one.metadata;
    if (cluster.get('customresourcedefinitions', undefined, name)) continue;
    cluster.apply(one);
    const first = FIRST_OBJECTS[name];
    if (first) cluster.apply(first);
  }
}
