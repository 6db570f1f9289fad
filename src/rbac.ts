import { stringify } from 'yaml';
import type { Action, Permission } from './extension-points.ts';

/** What looking needs, whatever the actions. */
const LOOKING: Permission[] = [
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'nodes', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'events', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'services', verbs: ['get', 'list'] },
  { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'replicasets', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list', 'watch'] },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: ['get', 'list'] },
  { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list'] },
  { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list'] },
];

/** What `scan.tighten_monitors` needs. */
export const TIGHTENING: Permission[] = ['servicemonitors', 'podmonitors'].map((resource) => ({
  group: 'monitoring.coreos.com',
  resource,
  verbs: ['get', 'list', 'patch'],
}));

/** The ClusterRole that looking, the given actions and perhaps more need: no more. As YAML. */
export function clusterRole(actions: Action[], more: Permission[] = []): string {
  const verbs = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const permission of [...LOOKING, ...actions.flatMap((action) => action.permissions), ...more]) {
    const key = `${permission.group}/${permission.resource}`;
    const known = verbs.get(key) ?? { group: permission.group, resource: permission.resource, verbs: new Set() };
    for (const verb of permission.verbs) known.verbs.add(verb);
    verbs.set(key, known);
  }
  const rules = [...verbs.values()].map((one) => ({
    apiGroups: [one.group],
    resources: [one.resource],
    verbs: [...one.verbs].sort(),
  }));
  return stringify({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'nightshift' },
    rules,
  });
}
