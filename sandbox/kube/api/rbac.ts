import type { KubeObject } from '../objects.ts';
import { isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import type { Failure } from './failure.ts';
import type { Request, Target } from './request.ts';

/** What somebody asks to do; no namespace: in all of them, or to what no namespace holds. */
export type Attributes = {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
};

const GROUP = 'rbac.authorization.k8s.io';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Whether the roles that are bound to them say so, as in Kubernetes. Nobody named is the sandbox's owner, who may do everything. */
export function allows(world: World, user: string | undefined, asked: Attributes): boolean {
  if (user === undefined) return true;
  return bindingsFor(world, asked.namespace)
    .filter((binding) => list(binding.subjects).some((subject) => isSubject(user, subject, binding.metadata.namespace)))
    .flatMap((binding) => rulesOf(world, binding))
    .some((rule) => covers(rule, asked));
}

/** 403 for a request that its user's roles don't allow; undefined when it may go on. */
export function rbacRefusal(world: World, target: Target, request: Request): Failure | undefined {
  const asked: Attributes = {
    verb: verbOf(target, request),
    group: target.group,
    resource: target.plural,
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...(target.name === undefined ? {} : { name: target.name }),
  };
  return allows(world, request.user, asked) ? undefined : refusal(asked, request.user ?? '');
}

function refusal({ verb, group, resource, subresource, namespace, name }: Attributes, user: string): Failure {
  const plural = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `${plural}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` "${name}"`}`;
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${what} is forbidden: User "${user}" cannot ${verb} resource "${plural}" in API group "${group}" ${where}`,
    details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  };
}

const VERBS: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

function verbOf({ name }: Target, { method, query }: Request): string {
  if (method === 'GET') return query.get('watch') === 'true' ? 'watch' : name === undefined ? 'list' : 'get';
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return VERBS[method] ?? method.toLowerCase();
}

type Binding = KubeObject & { roleRef?: unknown; subjects?: unknown };

function bindingsFor(world: World, namespace: string | undefined): Binding[] {
  const wide = world.store.list(`clusterrolebindings.${GROUP}`);
  const narrow = namespace === undefined ? [] : world.store.list(`rolebindings.${GROUP}`, namespace);
  return [...wide, ...narrow] as Binding[];
}

function isSubject(user: string, subject: Tree, home: string | undefined): boolean {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(user) ?? [];
  if (subject.kind === 'ServiceAccount')
    return subject.name === name && (subject.namespace ?? home) === namespace && name !== undefined;
  return subject.kind === 'User' && subject.name === user;
}

function rulesOf(world: World, { metadata, roleRef }: Binding): Tree[] {
  if (!isTree(roleRef)) return [];
  const wide = roleRef.kind === 'ClusterRole';
  const role = world.store.get(
    `${wide ? 'clusterroles' : 'roles'}.${GROUP}`,
    wide ? undefined : metadata.namespace,
    String(roleRef.name),
  );
  return list((role as { rules?: unknown } | undefined)?.rules);
}

function covers(rule: Tree, { verb, group, resource, subresource, name }: Attributes): boolean {
  const has = (key: string, ...wanted: string[]) =>
    Array.isArray(rule[key]) && rule[key].some((one) => one === '*' || wanted.includes(String(one)));
  const named = rule.resourceNames;
  return (
    has('verbs', verb) &&
    has('apiGroups', group) &&
    (subresource === undefined
      ? has('resources', resource)
      : has('resources', `${resource}/${subresource}`, `*/${subresource}`)) &&
    (!Array.isArray(named) || named.length === 0 || named.includes(name))
  );
}

const list = (value: unknown): Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
