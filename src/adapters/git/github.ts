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

const Sha = z.object({ sha: z.string() });
const Listed = z.array(Sha);
const Repository = z.object({ default_branch: z.string() });
const Ref = z.object({ object: Sha });
const Commit = z.object({
  sha: z.string(),
  parents: z.array(Sha),
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string() }).nullish(),
    committer: z.object({ date: z.iso.datetime({ offset: true }) }).nullish(),
  }),
  files: z
    .array(
      z.object({
        sha: z.string().nullish(),
        filename: z.string(),
        previous_filename: z.string().nullish(),
        status: z.string(),
        patch: z.string().nullish(),
      }),
    )
    .default([]),
});
const Tree = z.object({
  sha: z.string(),
  truncated: z.boolean().nullish(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string().nullish() })),
});
const Pull = z.object({
  number: z.number().int(),
  html_url: z.string(),
  state: z.string(),
  merged_at: z.string().nullish(),
});
const Any = z.unknown();

type Changed = z.infer<typeof Commit>['files'][number];
type Entry = z.infer<typeof Tree>['tree'][number];

/** A repository at GitHub, by its REST API (2022-11-28). A commit is taken back as `git revert` does it: the files get what they held in its parent, where nobody has changed them since. */
export function githubRepository(http: HttpClient, project: string): GitRepository {
  const base = `/repos/${project}`;
  const call = <T>(request: Call, schema: z.ZodType<T>) =>
    ask(http, { ...request, path: `${base}${request.path}` }, schema);
  const treeOf = async (sha: string): Promise<GitResult<Map<string, Entry>>> => {
    const tree = await call({ method: 'GET', path: `/git/trees/${sha}`, query: { recursive: 1 } }, Tree);
    if (!tree.ok) return tree;
    if (tree.value.truncated) return failed('too_large', 'The repository is too large to be read whole.', null);
    return { ok: true, value: new Map(tree.value.tree.map((entry) => [entry.path, entry])) };
  };
  const find = async (branch: string): Promise<GitResult<PullRequest | null>> => {
    const query = { head: `${project.split('/')[0]}:${branch}`, state: 'all', per_page: 1 };
    const pulls = await call({ method: 'GET', path: '/pulls', query }, z.array(Pull));
    return pulls.ok ? { ok: true, value: pulls.value[0] ? pullOf(pulls.value[0]) : null } : pulls;
  };

  const lookAt = async ({ revision, folder, branch }: ReversalWanted): Promise<GitResult<Reversal>> => {
    const query = { sha: revision, ...(folder ? { path: folder } : {}), per_page: 1 };
    const listed = await call({ method: 'GET', path: '/commits', query }, Listed);
    if (!listed.ok) return listed;
    const newest = listed.value[0];
    if (!newest)
      return failed('not_found', `No commit up to ${revision.slice(0, 12)} touches ${folder ?? 'it'}.`, null);
    const repository = branch === null ? await call({ method: 'GET', path: '' }, Repository) : null;
    if (repository && !repository.ok) return repository;
    const onto = branch ?? repository!.value.default_branch;
    const [commit, ref] = await Promise.all([
      call({ method: 'GET', path: `/commits/${newest.sha}` }, Commit),
      call({ method: 'GET', path: `/git/ref/heads/${encodePath(onto)}` }, Ref),
    ]);
    if (!commit.ok) return commit;
    if (!ref.ok) return ref;
    const { files } = commit.value;
    const odd = oddness(files, commit.value.parents.length);
    if (odd) return odd;
    const tip = ref.value.object.sha;
    const now = await treeOf(tip);
    if (!now.ok) return now;
    const changed = files.find((file) => (now.value.get(file.filename)?.sha ?? null) !== leftBy(file));
    if (changed)
      return failed('conflict', `${changed.filename} was changed again since ${newest.sha.slice(0, 12)}.`, null);
    return {
      ok: true,
      value: { commit: commitOf(commit.value), base: { branch: onto, sha: tip }, files: files.map(fileOf) },
    };
  };

  const commitReversal = async (
    { commit, base: onto, files }: Reversal,
    message: string,
  ): Promise<GitResult<string>> => {
    const [before, tip] = await Promise.all([
      treeOf(commit.parents[0] ?? ''),
      call({ method: 'GET', path: `/git/commits/${onto.sha}` }, z.object({ tree: Sha })),
    ]);
    if (!before.ok) return before;
    if (!tip.ok) return tip;
    const tree = files.flatMap(({ path, was, change }) => {
      const former = before.value.get(was ?? path);
      const gone = { path, mode: '100644', type: 'blob', sha: null };
      if (change === 'added') return [gone];
      const back = { path: was ?? path, mode: former?.mode ?? '100644', type: 'blob', sha: former?.sha ?? null };
      return was === null ? [back] : [gone, back];
    });
    const written = await call(
      { method: 'POST', path: '/git/trees', body: { base_tree: tip.value.tree.sha, tree } },
      Sha,
    );
    if (!written.ok) return written;
    const body = { message, tree: written.value.sha, parents: [onto.sha] };
    const made = await call({ method: 'POST', path: '/git/commits', body }, Sha);
    return made.ok ? { ok: true, value: made.value.sha } : made;
  };

  const open = async (reversal: Reversal, { branch, title, body }: RequestWanted): Promise<GitResult<PullRequest>> => {
    const known = await find(branch);
    if (!known.ok || known.value) return known.ok ? { ok: true, value: known.value! } : known;
    const made = await commitReversal(reversal, `${title}\n\nThis reverts commit ${reversal.commit.sha}.`);
    if (!made.ok) return made;
    const ref = { ref: `refs/heads/${branch}`, sha: made.value };
    const named = await call({ method: 'POST', path: '/git/refs', body: ref }, Any);
    // 422: a try before this one has made it.
    if (!named.ok && named.status !== 422) return named;
    const wish = { title, body, head: branch, base: reversal.base.branch };
    const pull = await call({ method: 'POST', path: '/pulls', body: wish }, Pull);
    if (pull.ok) return { ok: true, value: pullOf(pull.value) };
    const there = await find(branch);
    return there.ok && there.value ? { ok: true, value: there.value } : pull;
  };

  const close = async ({ number }: Pick<PullRequest, 'number'>, branch: string): Promise<GitResult<PullRequest>> => {
    const now = await call({ method: 'GET', path: `/pulls/${number}` }, Pull);
    if (!now.ok) return now;
    if (pullOf(now.value).state === 'merged') return { ok: true, value: pullOf(now.value) };
    const closed = await call({ method: 'PATCH', path: `/pulls/${number}`, body: { state: 'closed' } }, Pull);
    if (!closed.ok) return closed;
    const gone = await call({ method: 'DELETE', path: `/git/refs/heads/${encodePath(branch)}` }, Any);
    return gone.ok || gone.status === 422 || gone.status === 404 ? { ok: true, value: pullOf(closed.value) } : gone;
  };

  return { host: 'GitHub', project, lookAt, open, find, close };
}

/** What is left of a file by the commit: its blob, or nothing. */
const leftBy = ({ status, sha }: Changed): string | null => (status === 'removed' ? null : (sha ?? null));

function oddness(files: Changed[], parents: number) {
  if (parents === 0) return failed('conflict', 'It is the first commit: there is nothing before it.', null);
  if (files.length === 0) return failed('conflict', 'The commit changes no file.', null);
  if (files.length > MOST_FILES)
    return failed('too_large', `The commit changes ${files.length} files, more than ${MOST_FILES}.`, null);
  const strange = files.find(({ status }) => !(status in CHANGES));
  return strange ? failed('conflict', `${strange.filename} is ${strange.status} in it.`, null) : null;
}

const CHANGES: Record<string, GitFile['change']> = {
  added: 'added',
  modified: 'modified',
  changed: 'modified',
  removed: 'removed',
  renamed: 'renamed',
};

const fileOf = ({ filename, previous_filename, status, patch }: Changed): GitFile => ({
  path: filename,
  was: status === 'renamed' ? (previous_filename ?? null) : null,
  change: CHANGES[status] ?? 'modified',
  diff: patch ?? null,
});

const commitOf = ({ sha, parents, commit }: z.infer<typeof Commit>) => ({
  sha,
  title: commit.message.split('\n')[0] ?? '',
  author: commit.author?.name ?? '',
  at: Date.parse(commit.committer?.date ?? '') || 0,
  parents: parents.map((parent) => parent.sha),
});

const pullOf = ({ number, html_url, state, merged_at }: z.infer<typeof Pull>): PullRequest => ({
  number,
  url: html_url,
  state: merged_at ? 'merged' : state === 'open' ? 'open' : 'closed',
});

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
