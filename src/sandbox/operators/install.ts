import type { KubeObject } from '../kube/objects.ts';
import { DESTINATION_RULES } from './istio.ts';
import { SCALED_OBJECTS } from './keda/definition.ts';

/** What of other systems the shop's cluster has. */
const DEFINITIONS: readonly KubeObject[] = [DESTINATION_RULES, SCALED_OBJECTS];

type Installable = {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  apply(object: KubeObject): KubeObject;
};

/** Installs what isn't there yet: a cluster that an older version left has none of it. */
export function installOperators(cluster: Installable): void {
  for (const one of DEFINITIONS)
    if (!cluster.get('customresourcedefinitions', undefined, one.metadata.name)) cluster.apply(one);
}
