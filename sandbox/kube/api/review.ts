import { isTree, type Tree } from '../tree.ts';

/** SelfSubjectAccessReview: in the sandbox everybody may do everything. */
export function selfSubjectAccessReview(body: Tree): Record<string, unknown> {
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec: isTree(body.spec) ? body.spec : {},
    status: { allowed: true, reason: 'the sandbox allows everything' },
  };
}
