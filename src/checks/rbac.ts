import { stringify } from 'yaml';
import type { Action, Permission } from '../extension-points.ts';

/** What looking needs, whatever the actions. Of ConfigMaps and Secrets only metadata is asked for, one by one; who grants no right to Secrets isn't told when they changed. */
export const LOOKING: Permission[] = [
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'nodes', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'events', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'services', verbs: ['get', 'list'] },
  { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'replicasets', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list', 'watch'] },
  { group: 'apps', resource: 'controllerrevisions', verbs: ['get', 'list'] },
  { group: '', resource: 'configmaps', verbs: ['get'] },
  { group: '', resource: 'secrets', verbs: ['get'] },
  { group: '', resource: 'resourcequotas', verbs: ['get', 'list'] },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: ['get', 'list'] },
  { group: 'cert-manager.io', resource: 'certificates', verbs: ['get', 'list'] },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: ['get', 'list'] },
  { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list'] },
  { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list'] },
];

const NOTE = `# Of ConfigMaps and Secrets Nightshift asks for metadata only, one by one: that they changed and when, never what they hold.
# Take the rule for secrets out, and it isn't told when they changed; the rest works as before.
`;

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
  return (
    NOTE +
    stringify({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'nightshift' },
      rules,
    })
  );
}
