import { stringify } from 'yaml';
import type { Action, Permission } from '../extension-points.ts';

/** What looking needs, whatever the actions. Of ConfigMaps and Secrets only metadata is asked for, one by one; who grants no right to Secrets isn't told when they changed. */
export const LOOKING: Permission[] = [
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'nodes', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'events', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'services', verbs: ['get', 'list'] },
  { group: 'networking.k8s.io', resource: 'ingresses', verbs: ['get', 'list'] },
  { group: 'batch', resource: 'jobs', verbs: ['get', 'list'] },
  { group: 'batch', resource: 'cronjobs', verbs: ['get', 'list'] },
  { group: '', resource: 'persistentvolumeclaims', verbs: ['get', 'list'] },
  { group: '', resource: 'persistentvolumes', verbs: ['get', 'list'] },
  { group: '', resource: 'limitranges', verbs: ['get', 'list'] },
  { group: 'storage.k8s.io', resource: 'storageclasses', verbs: ['get', 'list'] },
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
  { group: 'security.istio.io', resource: 'authorizationpolicies', verbs: ['get', 'list'] },
  { group: 'security.istio.io', resource: 'peerauthentications', verbs: ['get', 'list'] },
  { group: 'networking.istio.io', resource: 'destinationrules', verbs: ['get', 'list'] },
];

/** What `scan.tighten_monitors` needs. */
export const TIGHTENING: Permission[] = ['servicemonitors', 'podmonitors'].map((resource) => ({
  group: 'monitoring.coreos.com',
  resource,
  verbs: ['get', 'list', 'patch'],
}));

/** Rights that nobody gets unasked: they reach beyond the workloads. */
export const OPT_INS = ['nodes', 'policies', 'secrets', 'monitors', 'configs'] as const;
export type OptIn = (typeof OPT_INS)[number];

export type RbacOptions = {
  /** Roles in these; null: a ClusterRole. What no namespace holds (nodes, volumes) is a ClusterRole all the same. */
  namespaces: string[] | null;
  /** Observe: to look only. */
  mode: 'act' | 'observe';
  optIns: readonly OptIn[];
  /** Who gets them; null: roles without bindings. */
  serviceAccount: { namespace: string; name: string } | null;
};

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] };
type KubeObject = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } } & (
  | { rules: Rule[] }
  | { roleRef: Record<string, string>; subjects: Record<string, string>[] }
);

const CLUSTER_SCOPED = new Set([
  'nodes',
  'namespaces',
  'persistentvolumes',
  'storageclasses',
  'priorityclasses',
  'ingressclasses',
  'clusterpolicies',
  'mutatingpolicies',
  'customresourcedefinitions',
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'clusterroles',
  'clusterrolebindings',
  'apiservices',
  'csidrivers',
  'runtimeclasses',
  'clusterissuers',
]);
export const isClusterScoped = (resource: string) => CLUSTER_SCOPED.has(resource);
const POLICY_ENGINES = new Set(['kyverno.io', 'policies.kyverno.io', 'lifecycle.keptn.sh']);
export const isLook = (verb: string) => ['get', 'list', 'watch'].includes(verb);

/** The opt-in that an action needs beside its permissions; null: it comes unasked. */
export function optInOf({ optIn, permissions }: Pick<Action, 'optIn' | 'permissions'>): OptIn | null {
  const changes = permissions.filter(({ verbs }) => verbs.some((verb) => !isLook(verb)));
  if (changes.some(({ group }) => POLICY_ENGINES.has(group))) return 'policies';
  return optIn ?? (changes.some(({ resource }) => resource === 'nodes') ? 'nodes' : null);
}

/** The same rights in groups that can be turned on one by one; `look` is always on. */
export function rightsInGroups(actions: Pick<Action, 'optIn' | 'permissions'>[]) {
  const of = (permissions: Permission[], when: 'look' | 'act' | OptIn) =>
    (['cluster', 'namespace'] as const).flatMap((scope) => {
      const rules = merged(permissions).filter((rule) => isWide(rule) === (scope === 'cluster'));
      return rules.length > 0 ? [{ when, scope, rules }] : [];
    });
  const acting = (optIn: OptIn | null) =>
    actions.filter((action) => optInOf(action) === optIn).flatMap(({ permissions }) => permissions);
  return [
    ...of(
      LOOKING.filter(({ resource }) => resource !== 'secrets'),
      'look',
    ),
    ...of(
      LOOKING.filter(({ resource }) => resource === 'secrets'),
      'secrets',
    ),
    ...of(acting(null), 'act'),
    ...of(acting('nodes'), 'nodes'),
    ...of(acting('policies'), 'policies'),
    ...of(acting('configs'), 'configs'),
    ...of(TIGHTENING, 'monitors'),
  ];
}

const isWide = ({ resources }: Rule) => isClusterScoped(resources[0]!.split('/')[0]!);

/** Roles, and where somebody is named bindings, for looking and for the actions that these options enable: no more. */
export function rbacObjects(actions: Pick<Action, 'name' | 'permissions'>[], options: RbacOptions): KubeObject[] {
  const rules = rulesFor(actions, options);
  if (options.namespaces === null) return granted('Cluster', { name: 'nightshift' }, rules, options);
  return [
    ...granted('Cluster', { name: 'nightshift' }, rules.filter(isWide), options),
    ...options.namespaces.flatMap((namespace) =>
      granted(
        '',
        { name: 'nightshift', namespace },
        rules.filter((rule) => !isWide(rule)),
        options,
      ),
    ),
  ];
}

function rulesFor(actions: Pick<Action, 'name' | 'permissions'>[], { mode, optIns }: RbacOptions): Rule[] {
  const has = (optIn: OptIn | null) => optIn === null || optIns.includes(optIn);
  const enabled = mode === 'observe' ? [] : actions.filter((action) => has(optInOf(action)));
  const monitors = has('monitors') && mode === 'act' ? TIGHTENING : [];
  const looking = LOOKING.filter(({ resource }) => resource !== 'secrets' || has('secrets'));
  return merged([...looking, ...enabled.flatMap((action) => action.permissions), ...monitors]);
}

function merged(permissions: Permission[]): Rule[] {
  const verbs = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const permission of permissions) {
    const key = `${permission.group}/${permission.resource}`;
    const known = verbs.get(key) ?? { group: permission.group, resource: permission.resource, verbs: new Set() };
    for (const verb of permission.verbs) known.verbs.add(verb);
    verbs.set(key, known);
  }
  return [...verbs.values()].map((one) => ({
    apiGroups: [one.group],
    resources: [one.resource],
    verbs: [...one.verbs].sort(),
  }));
}

function granted(
  scope: 'Cluster' | '',
  metadata: { name: string; namespace?: string },
  rules: Rule[],
  options: RbacOptions,
) {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const role: KubeObject = { apiVersion, kind: `${scope}Role`, metadata, rules };
  if (options.serviceAccount === null) return [role];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name: metadata.name };
  const subjects = [{ kind: 'ServiceAccount', ...options.serviceAccount }];
  return [role, { apiVersion, kind: `${scope}RoleBinding`, metadata, roleRef, subjects }];
}

/** What a stolen token could do with a rule, where that is more than the rule seems to say. */
const DANGERS: { when(rule: Rule): boolean; says: string }[] = [
  {
    when: ({ resources, verbs }) =>
      /^(deployments|statefulsets|daemonsets)$/.test(resources[0]!) && verbs.includes('patch'),
    says: 'patch of workloads: who holds this token can run any image as any ServiceAccount of that namespace, and read every Secret that a pod of it may mount. Where one of those accounts is a cluster admin, so is the token: keep such accounts out of these namespaces (--namespaces).',
  },
  {
    when: ({ apiGroups, verbs }) => /kyverno/.test(apiGroups[0]!) && verbs.includes('create'),
    says: 'create of Kyverno policies: a policy can change every object that anybody makes, so this is as good as cluster admin.',
  },
  {
    when: ({ apiGroups, verbs }) => apiGroups[0] === 'lifecycle.keptn.sh' && verbs.includes('create'),
    says: 'create of KeptnTasks: they run containers as the ServiceAccount that their definition names.',
  },
  {
    when: ({ resources, verbs }) => resources[0] === 'nodes' && verbs.includes('patch'),
    says: 'patch of nodes: every pod can be driven off a node, or onto one, by taints and labels.',
  },
  {
    when: ({ resources }) => resources[0] === 'secrets',
    says: 'get of Secrets: only metadata is asked for (that one changed, and when), but Kubernetes has no right to metadata alone: with this token a Secret whose name is known can be read. Without it nothing else is missed.',
  },
];

/** As YAML for `kubectl apply -f -`, with a line for each right that reaches further than it looks. */
export function rbacYaml(actions: Pick<Action, 'name' | 'permissions'>[], options: RbacOptions): string {
  const objects = rbacObjects(actions, options);
  const rules = objects.flatMap((object) => ('rules' in object ? object.rules : []));
  const dangers = DANGERS.filter(({ when }) => rules.some(when)).map(({ says }) => `# ${says}\n`);
  const left = actions.flatMap((action) => {
    const optIn = optInOf(action);
    return options.mode === 'act' && optIn && !options.optIns.includes(optIn)
      ? [`${action.name} (--with ${optIn})`]
      : [];
  });
  const head = [
    options.mode === 'observe' ? '# Observe: to look, and change nothing.\n' : '',
    left.length > 0 ? `# Left out, since they reach beyond a workload: ${left.join(', ')}.\n` : '',
    ...dangers,
  ].join('');
  return head + objects.map((object) => stringify(object)).join('---\n');
}
