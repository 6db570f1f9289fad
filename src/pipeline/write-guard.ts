import { type Authorised, FRESH_MS } from '../domain/authorise.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ClusterFailure, ClusterResult } from '../ports/cluster-result.ts';
import type { GitHosts, GitRepository, GitResult } from '../ports/git-host.ts';
import { MOST_OFF_MS } from './clock-skew.ts';
import type { StageDeps } from './deps.ts';

/** Between asking the store and acting on its answer: longer, and this process was held up meanwhile. */
const ANSWER_GOOD_MS = 2_000;

/** What became of a write: `lost` counts as made until its mark says otherwise, and a conflict may be with our own. */
type Outcome = 'made' | 'refused' | 'conflict' | 'lost';

export type WriteGuard = {
  /** Why nothing may be written now; null: it may, this very moment. */
  refusal(): Promise<Refusal | null>;
  /** The cluster, with that asked before each write. */
  cluster: Cluster;
  /** The Git hosts, with the same before each write; absent: there are none. */
  git?: GitHosts;
  /** What was sent, in order. */
  sent: Outcome[];
};

/**
 * Stands before every write of one execution: the proof must be young by a clock that nobody sets, and the store must say, as the last thing, that the lock and this worker's lease are still held, that nothing
 * was paused since and that it isn't too late.
 */
export function guardWrites(
  deps: Pick<StageDeps, 'store' | 'cluster' | 'clock' | 'git'>,
  incidentId: string,
  { fence, pauseEpoch, lease, notAfter, lookedAt }: Authorised,
): WriteGuard {
  const elapsed = stopwatch(deps);
  const sent: Outcome[] = [];
  const refusal = async (): Promise<Refusal | null> => {
    const asked = elapsed();
    // What is begun goes on with a proof of its own age; only its first write has an end.
    const limit = sent.includes('made') ? null : notAfter;
    const may = await deps.store.mayAct(incidentId, fence, pauseEpoch, { ...lease, notAfter: limit });
    if (may.kind === 'refused') return may.refusal;
    const now = elapsed();
    if (elapsed.backMs() > MOST_OFF_MS) return SET_BACK;
    const age = Math.max(performance.now() - lookedAt, now);
    return now - asked > ANSWER_GOOD_MS || age > FRESH_MS ? HELD_UP : null;
  };
  const git = deps.git ? { git: guardedGit(deps.git, refusal, sent) } : {};
  return { refusal, sent, cluster: guardedCluster(deps.cluster, refusal, sent), ...git };
}

/** What an action gets to write with. */
export const guardedPorts = ({ cluster, git }: WriteGuard) => ({ cluster, ...(git ? { git } : {}) });

const HELD_UP: Refusal = {
  code: 'lease_lost',
  message: 'This worker was held up since it looked at the cluster; it looks again before it acts.',
};

const SET_BACK: Refusal = {
  code: 'clock_off',
  message: 'The clock of this replica was set back while it was about to act: it looks again before it does.',
};

/** Real time since now: by a clock that nobody sets, or by the replica's where that says more. `backMs`: by how much that one has gone back. */
function stopwatch({ clock }: Pick<StageDeps, 'clock'>): (() => number) & { backMs(): number } {
  const [began, beganAt] = [performance.now(), clock.now()];
  const told = () => clock.now() - beganAt;
  const elapsed = () => Math.max(performance.now() - began, told() > 0 ? clock.realDelay(told()) : 0);
  return Object.assign(elapsed, { backMs: () => (told() < 0 ? clock.realDelay(-told()) : 0) });
}

function guardedCluster(cluster: Cluster, refusal: WriteGuard['refusal'], sent: Outcome[]): Cluster {
  const write = async <T>(dryRun: boolean, call: () => Promise<ClusterResult<T>>): Promise<ClusterResult<T>> => {
    if (dryRun) return call();
    const no = await refusal();
    if (no) return { ok: false, failure: { kind: 'stopped', message: no.message, retryAfterMs: null, refusal: no } };
    const answer = await call();
    sent.push(answer.ok ? 'made' : outcomeOf(answer.failure));
    return answer;
  };
  const { custom } = cluster;
  return {
    ...cluster,
    patchNode: (name, patch, options) => write(options.dryRun, () => cluster.patchNode(name, patch, options)),
    patchWorkload: (target, patch, options) =>
      write(options.dryRun, () => cluster.patchWorkload(target, patch, options)),
    evictPod: (namespace, name, options) => write(options.dryRun, () => cluster.evictPod(namespace, name, options)),
    custom: {
      ...custom,
      apply: (place, body, options) => write(options.dryRun, () => custom.apply(place, body, options)),
      patch: (place, operations, options) => write(options.dryRun, () => custom.patch(place, operations, options)),
      create: (place, body, options) => write(options.dryRun, () => custom.create(place, body, options)),
      delete: (place, options) => write(options.dryRun === true, () => custom.delete(place, options)),
    },
  };
}

function guardedGit(hosts: GitHosts, refusal: WriteGuard['refusal'], sent: Outcome[]): GitHosts {
  const write = async <T>(call: () => Promise<GitResult<T>>): Promise<GitResult<T>> => {
    const no = await refusal();
    if (no) return { ok: false, failure: { kind: 'stopped', message: no.message, refusal: no } };
    const answer = await call();
    sent.push(answer.ok ? 'made' : answer.failure.kind === 'unreachable' ? 'lost' : 'refused');
    return answer;
  };
  const guarded = (repository: GitRepository): GitRepository => ({
    ...repository,
    open: (reversal, wanted) => write(() => repository.open(reversal, wanted)),
    close: (request, branch) => write(() => repository.close(request, branch)),
  });
  return {
    repository(url) {
      const found = hosts.repository(url);
      return found && guarded(found);
    },
  };
}

function outcomeOf({ kind, notSent }: ClusterFailure): Outcome {
  if (kind === 'conflict') return 'conflict';
  return notSent || !['unreachable', 'other'].includes(kind) ? 'refused' : 'lost';
}
