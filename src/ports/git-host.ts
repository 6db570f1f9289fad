import type { Refusal } from '../domain/types/refusal.ts';

/** A commit as the host has it. `at`: when it was committed, ms. */
export type GitCommit = { sha: string; title: string; author: string; at: number; parents: string[] };

/** `was`: its path before, where that is another. `diff`: hunks only; null where the host shows none (binary, too large). */
export type GitFile = {
  path: string;
  was: string | null;
  change: 'added' | 'modified' | 'removed' | 'renamed';
  diff: string | null;
};

/** What taking a commit back on a branch would do. `base.sha`: the branch's newest commit when it was looked at. */
export type Reversal = { commit: GitCommit; base: { branch: string; sha: string }; files: GitFile[] };

export type PullRequest = { url: string; number: number; state: 'open' | 'merged' | 'closed' };

export type GitFailure = {
  /** `conflict`: it can't be taken back by a machine. `refused`: the token may not. `stopped`: a guard before the write says no. */
  kind: 'refused' | 'not_found' | 'conflict' | 'too_large' | 'unreachable' | 'stopped';
  message: string;
  refusal?: Refusal;
};
export type GitResult<T> = { ok: true; value: T } | { ok: false; failure: GitFailure };

/** What of a repository is asked: the newest commit up to `revision` that touches `folder` (null: the whole), to be taken back on `branch` (null: the default one). */
export type ReversalWanted = { revision: string; folder: string | null; branch: string | null };

/** A branch of this name with one commit that takes another back, and the request to merge it. */
export type RequestWanted = { branch: string; title: string; body: string };

/** A repository at a host for which a token is set. Nothing is ever merged here, and nothing is written but a branch of our own and its request. */
export type GitRepository = {
  host: 'GitHub' | 'GitLab';
  /** As `acme/shop`. */
  project: string;
  lookAt(wanted: ReversalWanted): Promise<GitResult<Reversal>>;
  /** Done twice is done once: what is there of this branch and its request is taken as it is. */
  open(reversal: Reversal, wanted: RequestWanted): Promise<GitResult<PullRequest>>;
  /** The newest request from that branch; null: there is none. */
  find(branch: string): Promise<GitResult<PullRequest | null>>;
  /** Closes the request and removes the branch; one that is merged stays as it is. */
  close(request: Pick<PullRequest, 'number'>, branch: string): Promise<GitResult<PullRequest>>;
};

/** The repository of an address as Argo CD or Flux has it; null: no token for its host. Where a token is sent is set by the operator alone, never by an address in the cluster. */
export type GitHosts = { repository(url: string): GitRepository | null };
