import { z } from 'zod';
import type {
  GitFile,
  GitRepository,
  GitResult,
  PullRequest,
  RequestWanted,
  Reversal,
  ReversalWanted,
} from '../../ports/git-host.ts';
import type { HttpClient } from '../outgoing/http-client.ts';
import { ask, type Call, failed } from './ask.ts';
import { MOST_FILES } from './limits.ts';

const Project = z.object({ default_branch: z.string().nullish() });
const Commit = z.object({
  id: z.string(),
  title: z.string(),
  author_name: z.string().nullish(),
  committed_date: z.iso.datetime({ offset: true }).nullish(),
  parent_ids: z.array(z.string()).default([]),
});
const Branch = z.object({ commit: z.object({ id: z.string(), message: z.string().nullish() }) });
const Diff = z.object({
  old_path: z.string(),
  new_path: z.string(),
  diff: z.string().nullish(),
  new_file: z.boolean(),
  renamed_file: z.boolean(),
  deleted_file: z.boolean(),
});
const Merge = z.object({ iid: z.number().int(), web_url: z.string(), state: z.string() });
const Any = z.unknown();

/** A project at GitLab, by its REST API (v4), which takes commits back itself, and tries that first when asked to. */
export function gitlabRepository(http: HttpClient, project: string): GitRepository {
  const base = `/projects/${encodeURIComponent(project)}`;
  const call = <T>(request: Call, schema: z.ZodType<T>) =>
    ask(http, { ...request, path: `${base}${request.path}` }, schema);
  const branchOf = (name: string) =>
    call({ method: 'GET', path: `/repository/branches/${encodeURIComponent(name)}` }, Branch);
  const find = async (branch: string): Promise<GitResult<PullRequest | null>> => {
    const query = { source_branch: branch, state: 'all', per_page: 1 };
    const merges = await call({ method: 'GET', path: '/merge_requests', query }, z.array(Merge));
    return merges.ok ? { ok: true, value: merges.value[0] ? mergeOf(merges.value[0]) : null } : merges;
  };

  const lookAt = async ({ revision, folder, branch }: ReversalWanted): Promise<GitResult<Reversal>> => {
    const query = { ref_name: revision, ...(folder ? { path: folder } : {}), per_page: 1 };
    const listed = await call({ method: 'GET', path: '/repository/commits', query }, z.array(Commit));
    if (!listed.ok) return listed;
    const commit = listed.value[0];
    if (!commit)
      return failed('not_found', `No commit up to ${revision.slice(0, 12)} touches ${folder ?? 'it'}.`, null);
    if (commit.parent_ids.length === 0)
      return failed('conflict', 'It is the first commit: there is nothing before it.', null);
    const about = branch === null ? await call({ method: 'GET', path: '' }, Project) : null;
    if (about && !about.ok) return about;
    const onto = branch ?? about?.value.default_branch ?? 'main';
    const path = `/repository/commits/${commit.id}`;
    const [diffs, tip, tried] = await Promise.all([
      call({ method: 'GET', path: `${path}/diff`, query: { per_page: MOST_FILES + 1 } }, z.array(Diff)),
      branchOf(onto),
      call({ method: 'POST', path: `${path}/revert`, body: { branch: onto, dry_run: true } }, Any),
    ]);
    if (!diffs.ok) return diffs;
    if (!tip.ok) return tip;
    if (!tried.ok) return tried.status === 400 ? notByMachine(commit.id) : tried;
    if (diffs.value.length > MOST_FILES)
      return failed('too_large', `The commit changes more than ${MOST_FILES} files.`, null);
    return {
      ok: true,
      value: {
        commit: commitOf(commit),
        base: { branch: onto, sha: tip.value.commit.id },
        files: diffs.value.map(fileOf),
      },
    };
  };

  const open = async (reversal: Reversal, { branch, title, body }: RequestWanted): Promise<GitResult<PullRequest>> => {
    const known = await find(branch);
    if (!known.ok || known.value) return known.ok ? { ok: true, value: known.value! } : known;
    const { commit, base: onto } = reversal;
    const made = await call({ method: 'POST', path: '/repository/branches', body: { branch, ref: onto.sha } }, Any);
    // 400: a try before this one has made it.
    if (!made.ok && made.status !== 400) return made;
    const now = await branchOf(branch);
    if (!now.ok) return now;
    if (!now.value.commit.message?.includes(commit.sha)) {
      const path = `/repository/commits/${commit.sha}/revert`;
      const reverted = await call({ method: 'POST', path, body: { branch } }, Any);
      if (!reverted.ok) return reverted.status === 400 ? notByMachine(commit.sha) : reverted;
    }
    const wish = {
      source_branch: branch,
      target_branch: onto.branch,
      title,
      description: body,
      remove_source_branch: true,
    };
    const merge = await call({ method: 'POST', path: '/merge_requests', body: wish }, Merge);
    if (merge.ok) return { ok: true, value: mergeOf(merge.value) };
    const there = await find(branch);
    return there.ok && there.value ? { ok: true, value: there.value } : merge;
  };

  const close = async ({ number }: Pick<PullRequest, 'number'>, branch: string): Promise<GitResult<PullRequest>> => {
    const now = await call({ method: 'GET', path: `/merge_requests/${number}` }, Merge);
    if (!now.ok) return now;
    if (mergeOf(now.value).state === 'merged') return { ok: true, value: mergeOf(now.value) };
    const body = { state_event: 'close' };
    const closed =
      mergeOf(now.value).state === 'closed'
        ? now
        : await call({ method: 'PUT', path: `/merge_requests/${number}`, body }, Merge);
    if (!closed.ok) return closed;
    const gone = await call({ method: 'DELETE', path: `/repository/branches/${encodeURIComponent(branch)}` }, Any);
    return gone.ok || gone.status === 404 ? { ok: true, value: mergeOf(closed.value) } : gone;
  };

  return { host: 'GitLab', project, lookAt, open, find, close };
}

const notByMachine = (sha: string) =>
  failed('conflict', `What ${sha.slice(0, 12)} changed was changed again since, or is taken back already.`, 400);

const fileOf = ({ old_path, new_path, diff, new_file, renamed_file, deleted_file }: z.infer<typeof Diff>): GitFile => ({
  path: new_path,
  was: renamed_file && old_path !== new_path ? old_path : null,
  change: new_file ? 'added' : deleted_file ? 'removed' : renamed_file ? 'renamed' : 'modified',
  diff: diff || null,
});

const commitOf = ({ id, title, author_name, committed_date, parent_ids }: z.infer<typeof Commit>) => ({
  sha: id,
  title,
  author: author_name ?? '',
  at: Date.parse(committed_date ?? '') || 0,
  parents: parent_ids,
});

const mergeOf = ({ iid, web_url, state }: z.infer<typeof Merge>): PullRequest => ({
  number: iid,
  url: web_url,
  state: state === 'merged' ? 'merged' : state === 'opened' ? 'open' : 'closed',
});
