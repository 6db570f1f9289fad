import { headOf } from '../../domain/cut-text.ts';
import type { ClusterFailure } from '../../ports/cluster-result.ts';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Names come from alerts. One that Kubernetes wouldn't allow can't exist, and must not reach a URL's path (`..` would be another resource).
 */
export function badName(...names: string[]): { ok: false; failure: ClusterFailure } | null {
  const bad = names.find((name) => !NAME.test(name) || name.includes('..'));
  if (bad === undefined) return null;
  return {
    ok: false,
    failure: {
      kind: 'not_found',
      message: `"${headOf(bad, 80)}" can't be the name of anything in Kubernetes.`,
      retryAfterMs: null,
    },
  };
}
