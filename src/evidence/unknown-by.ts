import type { UnknownWhy, Vital } from '../domain/health.ts';
import type { ClusterFailure } from '../ports/cluster-result.ts';

/** A vital of which a failed look at the cluster told nothing. */
export const unknownBy = (failure: ClusterFailure): Vital => ({
  kind: 'unknown',
  why: whyOf(failure),
  message: failure.message,
});

function whyOf({ kind, timedOut }: ClusterFailure): UnknownWhy {
  if (kind === 'forbidden') return 'forbidden';
  return timedOut ? 'timed_out' : 'no_answer';
}
