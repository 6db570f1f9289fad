import { isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { type Attributes, allows } from './rbac.ts';

/** SelfSubjectAccessReview: whether the asker's roles allow it; the sandbox's owner may do everything. */
export function selfSubjectAccessReview(world: World, body: Tree, user: string | undefined): Record<string, unknown> {
  const spec = isTree(body.spec) ? body.spec : {};
  const allowed = allows(world, user, attributesIn(isTree(spec.resourceAttributes) ? spec.resourceAttributes : {}));
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec,
    status: { allowed, ...(user === undefined ? { reason: 'the sandbox allows everything' } : {}) },
  };
}

function attributesIn(asked: Tree): Attributes {
  const text = (key: string) => (typeof asked[key] === 'string' ? asked[key] : '');
  const optional = (key: 'subresource' | 'namespace' | 'name') => (text(key) === '' ? {} : { [key]: text(key) });
  return {
    verb: text('verb'),
    group: text('group'),
    resource: text('resource'),
    ...optional('subresource'),
    ...optional('namespace'),
    ...optional('name'),
  };
}
