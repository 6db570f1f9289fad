import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTwoFilesPatch } from 'diff';

/** A Git host in memory, with the parts of GitHub's (2022-11-28) and GitLab's (v4) REST APIs that are used, by their published shapes and answers. One repository, `acme/shop`. */

type Files = Record<string, string>;
type Commit = { sha: string; tree: string; parents: string[]; message: string; author: string; at: string };
type Pull = {
  number: number;
  head: string;
  base: string;
  title: string;
  body: string;
  state: 'open' | 'closed' | 'merged';
};
type Answer = { status: number; body?: unknown };
type Request = { method: string; path: string; query: URLSearchParams; body: Record<string, unknown> };

export type GitStandIn = {
  /** Of the server: `/api/v3` is GitHub's API, `/api/v4` GitLab's. */
  url: string;
  token: string;
  commit(branch: string, files: Record<string, string | null>, message: string, at?: number): string;
  files(branch: string): Files | null;
  pulls(): Pull[];
  merge(number: number): void;
  /** What was asked, as `POST /git/refs`. */
  asked: string[];
  stop(): Promise<void>;
};

const hash = (text: string) => createHash('sha1').update(text).digest('hex');
const blobSha = (content: string) => hash(`blob ${Buffer.byteLength(content)}\0${content}`);
const hunks = (path: string, before = '', after = '') =>
  createTwoFilesPatch(path, path, before, after, '', '', { context: 3 }).split('\n').slice(4).join('\n');

export async function startGitStandIn(token = 'right-token'): Promise<GitStandIn> {
  const trees = new Map<string, Files>();
  const blobs = new Map<string, string>();
  const commits = new Map<string, Commit>();
  const refs = new Map<string, string>();
  const pulls: Pull[] = [];
  const asked: string[] = [];

  const keepTree = (files: Files): string => {
    const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => a.localeCompare(b)));
    for (const content of Object.values(sorted)) blobs.set(blobSha(content), content);
    const sha = hash(`tree ${JSON.stringify(sorted)}`);
    trees.set(sha, sorted);
    return sha;
  };
  const keepCommit = (one: Omit<Commit, 'sha'>): string => {
    const sha = hash(`commit ${JSON.stringify(one)}`);
    commits.set(sha, { ...one, sha });
    return sha;
  };
  const filesOf = (commitish: string | undefined): Files => {
    const found = commits.get(refs.get(commitish ?? '') ?? commitish ?? '');
    return trees.get(found?.tree ?? commitish ?? '') ?? {};
  };
  const now = () => new Date().toISOString();
  const changes = ({ tree, parents }: Commit) => {
    const [before, after] = [filesOf(parents[0]), trees.get(tree)!];
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (path) => before[path] !== after[path],
    );
    return paths.sort().map((path) => ({ path, before: before[path], after: after[path] }));
  };
  const history = (from: string, path: string | null): Commit[] => {
    const all: Commit[] = [];
    for (let at = commits.get(refs.get(from) ?? from); at; at = commits.get(at.parents[0] ?? '')) all.push(at);
    return all.filter(
      (one) => path === null || changes(one).some((c) => c.path === path || c.path.startsWith(`${path}/`)),
    );
  };

  const world: World = {
    trees,
    blobs,
    commits,
    refs,
    pulls,
    keepTree,
    keepCommit,
    filesOf,
    changes,
    history,
    now,
    url: '',
  };
  const server = createServer((req, res) => {
    void (async () => {
      const url = new URL(req.url ?? '', 'http://x');
      const [api, path] = partsOf(url.pathname);
      asked.push(`${req.method} ${path}`);
      const request = { method: req.method ?? '', path, query: url.searchParams, body: await bodyOf(req) };
      const answer =
        req.headers.authorization !== `Bearer ${token}`
          ? { status: 401, body: { message: 'Bad credentials' } }
          : ((api === 'github' ? github(world, request) : gitlab(world, request)) ?? {
              status: 404,
              body: { message: 'Not Found' },
            });
      res.writeHead(answer.status, { 'content-type': 'application/json' });
      res.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world.url = url;

  return {
    url,
    token,
    asked,
    commit(branch, changed, message, at = Date.now()) {
      const parent = refs.get(branch);
      const files = { ...filesOf(parent) };
      for (const [path, content] of Object.entries(changed)) {
        if (content === null) delete files[path];
        else files[path] = content;
      }
      const sha = keepCommit({
        ...{ tree: keepTree(files), parents: parent ? [parent] : [], message, author: 'Ada' },
        at: new Date(at).toISOString(),
      });
      refs.set(branch, sha);
      return sha;
    },
    files: (branch) => (refs.has(branch) ? filesOf(branch) : null),
    pulls: () => pulls,
    merge(number) {
      const pull = pulls.find((one) => one.number === number)!;
      pull.state = 'merged';
      refs.set(pull.base, refs.get(pull.head)!);
    },
    stop: () => new Promise((done) => server.close(() => done())),
  };
}

type World = {
  trees: Map<string, Files>;
  blobs: Map<string, string>;
  commits: Map<string, Commit>;
  refs: Map<string, string>;
  pulls: Pull[];
  keepTree(files: Files): string;
  keepCommit(one: Omit<Commit, 'sha'>): string;
  filesOf(commitish: string | undefined): Files;
  changes(one: Commit): { path: string; before: string | undefined; after: string | undefined }[];
  history(from: string, path: string | null): Commit[];
  now(): string;
  url: string;
};

function partsOf(pathname: string): ['github' | 'gitlab' | 'none', string] {
  const hub = '/api/v3/repos/acme/shop';
  const lab = '/api/v4/projects/acme%2Fshop';
  if (pathname.startsWith(hub)) return ['github', pathname.slice(hub.length)];
  return pathname.startsWith(lab) ? ['gitlab', pathname.slice(lab.length)] : ['none', pathname];
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

function github(world: World, { method, path, query, body }: Request): Answer | null {
  const { commits, refs, pulls, trees, blobs } = world;
  const ask = `${method} ${path}`;
  const invalid = (message: string): Answer => ({ status: 422, body: { message } });
  const pullOf = ({ number, state, title }: Pull) => ({
    ...{
      number,
      title,
      html_url: `${world.url}/acme/shop/pull/${number}`,
      state: state === 'open' ? 'open' : 'closed',
    },
    merged_at: state === 'merged' ? world.now() : null,
  });
  const commitOf = (one: Commit) => ({
    sha: one.sha,
    parents: one.parents.map((sha) => ({ sha })),
    commit: {
      message: one.message,
      tree: { sha: one.tree },
      author: { name: one.author },
      committer: { date: one.at },
    },
  });
  if (ask === 'GET ') return { status: 200, body: { default_branch: 'main' } };
  if (ask === 'GET /commits') {
    const all = world.history(query.get('sha') ?? 'main', query.get('path'));
    return { status: 200, body: all.slice(0, Number(query.get('per_page') ?? 30)).map(commitOf) };
  }
  if (ask === 'POST /git/trees') {
    const base = trees.get(String(body.base_tree));
    if (!base) return invalid('base_tree is not a valid tree');
    const files = { ...base };
    for (const { path: at, sha } of body.tree as { path: string; sha: string | null }[]) {
      if (sha === null) delete files[at];
      else if (!blobs.has(sha)) return invalid('tree.sha is not a valid blob');
      else files[at] = blobs.get(sha)!;
    }
    return { status: 201, body: { sha: world.keepTree(files), tree: [] } };
  }
  if (ask === 'POST /git/commits') {
    const { tree, parents, message } = body as { tree: string; parents: string[]; message: string };
    if (!trees.has(tree)) return invalid('Tree SHA does not exist');
    return { status: 201, body: { sha: world.keepCommit({ tree, parents, message, author: 'bot', at: world.now() }) } };
  }
  if (ask === 'POST /git/refs') {
    const name = /^refs\/heads\/(.+)$/.exec(String(body.ref))?.[1];
    if (!name || !commits.has(String(body.sha))) return invalid('Object does not exist');
    if (refs.has(name)) return invalid('Reference already exists');
    refs.set(name, String(body.sha));
    return { status: 201, body: { ref: body.ref, object: { sha: body.sha, type: 'commit' } } };
  }
  if (ask === 'GET /pulls') {
    const head = (query.get('head') ?? '').split(':')[1];
    const open = query.get('state') === 'all' ? pulls : pulls.filter(({ state }) => state === 'open');
    return {
      status: 200,
      body: open
        .filter((one) => one.head === head)
        .reverse()
        .map(pullOf),
    };
  }
  if (ask === 'POST /pulls') {
    const { head, base, title, body: text } = body as Record<string, string>;
    if (!refs.has(head!) || !refs.has(base!)) return invalid('Validation Failed: head or base');
    if (pulls.some((one) => one.head === head && one.state === 'open')) return invalid('A pull request already exists');
    pulls.push({ number: pulls.length + 1, head: head!, base: base!, title: title!, body: text!, state: 'open' });
    return { status: 201, body: pullOf(pulls.at(-1)!) };
  }
  const [, area, kind, ...rest] = path.split('/');
  const name = decodeURIComponent(rest.join('/'));
  if (method === 'GET' && area === 'commits') {
    const one = commits.get(kind!);
    if (!one) return null;
    const files = world.changes(one).map(({ path: filename, before, after }) => ({
      filename,
      status: before === undefined ? 'added' : after === undefined ? 'removed' : 'modified',
      sha: blobSha(after ?? before!),
      patch: hunks(filename, before, after),
    }));
    return { status: 200, body: { ...commitOf(one), files } };
  }
  if (area === 'git' && kind === 'commits' && method === 'GET') {
    const one = commits.get(name);
    return one ? { status: 200, body: { sha: one.sha, tree: { sha: one.tree }, message: one.message } } : null;
  }
  if (area === 'git' && kind === 'trees') {
    const entries = Object.entries(world.filesOf(name)).map(([at, content]) => ({
      ...{ path: at, mode: '100644', type: 'blob', sha: blobSha(content) },
    }));
    return { status: 200, body: { sha: name, tree: entries, truncated: false } };
  }
  if (area === 'git' && (kind === 'ref' || kind === 'refs')) {
    const branch = name.replace(/^heads\//, '');
    const sha = refs.get(branch);
    if (!sha) return method === 'DELETE' ? invalid('Reference does not exist') : null;
    if (method === 'GET') return { status: 200, body: { ref: `refs/${name}`, object: { sha, type: 'commit' } } };
    refs.delete(branch);
    return { status: 204 };
  }
  const pull = area === 'pulls' ? pulls.find(({ number }) => number === Number(kind)) : undefined;
  if (!pull) return null;
  if (method === 'PATCH' && body.state === 'closed' && pull.state === 'open') pull.state = 'closed';
  return { status: 200, body: pullOf(pull) };
}

const CANNOT = 'Sorry, we cannot revert this commit automatically. This commit may already have been reverted.';

function gitlab(world: World, { method, path, query, body }: Request): Answer | null {
  const { commits, refs, pulls } = world;
  const ask = `${method} ${path}`;
  const mergeOf = ({ number, state, title }: Pull) => ({
    ...{ iid: number, title, web_url: `${world.url}/acme/shop/-/merge_requests/${number}` },
    state: state === 'open' ? 'opened' : state,
  });
  const commitOf = ({ sha, message, author, at, parents }: Commit) => ({
    ...{
      id: sha,
      title: message.split('\n')[0],
      message,
      author_name: author,
      committed_date: at,
      parent_ids: parents,
    },
  });
  if (ask === 'GET ') return { status: 200, body: { default_branch: 'main' } };
  if (ask === 'GET /repository/commits') {
    const all = world.history(query.get('ref_name') ?? 'main', query.get('path'));
    return { status: 200, body: all.slice(0, Number(query.get('per_page') ?? 20)).map(commitOf) };
  }
  if (ask === 'POST /repository/branches') {
    const { branch, ref } = body as Record<string, string>;
    if (refs.has(branch!)) return { status: 400, body: { message: 'Branch already exists' } };
    const sha = refs.get(ref!) ?? ref!;
    if (!commits.has(sha)) return { status: 400, body: { message: 'Invalid reference name' } };
    refs.set(branch!, sha);
    return { status: 201, body: { name: branch, commit: commitOf(commits.get(sha)!) } };
  }
  if (ask === 'GET /merge_requests') {
    const own = pulls.filter(({ head }) => head === query.get('source_branch'));
    return { status: 200, body: own.reverse().map(mergeOf) };
  }
  if (ask === 'POST /merge_requests') {
    const { source_branch: head, target_branch: base, title, description } = body as Record<string, string>;
    if (pulls.some((one) => one.head === head && one.state === 'open'))
      return { status: 409, body: { message: ['Another open merge request already exists'] } };
    pulls.push({
      number: pulls.length + 1,
      head: head!,
      base: base!,
      title: title!,
      body: description!,
      state: 'open',
    });
    return { status: 201, body: mergeOf(pulls.at(-1)!) };
  }
  const [, area, kind, name = '', more] = path.split('/').map(decodeURIComponent);
  if (area === 'repository' && kind === 'branches') {
    const sha = refs.get(name);
    if (!sha) return null;
    if (method === 'GET') return { status: 200, body: { name, commit: commitOf(commits.get(sha)!) } };
    refs.delete(name);
    return { status: 204 };
  }
  const one = area === 'repository' && kind === 'commits' ? commits.get(name) : undefined;
  if (one && more === 'diff')
    return {
      status: 200,
      body: world.changes(one).map(({ path: at, before, after }) => ({
        ...{ old_path: at, new_path: at, diff: hunks(at, before, after), renamed_file: false },
        ...{ new_file: before === undefined, deleted_file: after === undefined },
      })),
    };
  if (one && more === 'revert' && method === 'POST') return revert(world, one, body);
  const pull = area === 'merge_requests' ? pulls.find(({ number }) => number === Number(kind)) : undefined;
  if (!pull) return null;
  if (method === 'PUT' && body.state_event === 'close' && pull.state === 'open') pull.state = 'closed';
  return { status: 200, body: mergeOf(pull) };
}

function revert(world: World, one: Commit, body: Record<string, unknown>): Answer {
  const branch = String(body.branch);
  const files = { ...world.filesOf(branch) };
  for (const { path, before, after } of world.changes(one)) {
    if (files[path] !== after) return { status: 400, body: { message: CANNOT, error_code: 'conflict' } };
    if (before === undefined) delete files[path];
    else files[path] = before;
  }
  if (body.dry_run === true) return { status: 200, body: { dry_run: 'success' } };
  const message = `Revert "${one.message}"\n\nThis reverts commit ${one.sha}`;
  const parents = [world.refs.get(branch)!];
  const sha = world.keepCommit({ tree: world.keepTree(files), parents, message, author: 'bot', at: world.now() });
  world.refs.set(branch, sha);
  return { status: 201, body: { id: sha, message } };
}
