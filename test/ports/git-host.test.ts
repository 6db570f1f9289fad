import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGitHosts } from '../../src/adapters/git/hosts.ts';
import type { GitRepository } from '../../src/ports/git-host.ts';
import { type GitStandIn, startGitStandIn } from '../adapters/git/stand-in.ts';

const GOOD = 'image: pay:1\nport: 80\n';
const BAD = 'image: pay:2\nport: 80\n';
const BRANCH = 'nightshift/revert-abc-1';
const WISH = { branch: BRANCH, title: 'Revert "pay 2"', body: 'because' };

/** The same of every Git host, over HTTP, at a stand-in with the published shapes. */
describe.each(['GitHub', 'GitLab'] as const)('%s', (name) => {
  let git: GitStandIn;
  let repository: GitRepository;
  let bad: string;
  const open = (token: string): GitRepository => {
    const github = name === 'GitHub' ? { token, apiUrl: `${git.url}/api/v3` } : null;
    const gitlab = name === 'GitLab' ? { token, apiUrl: `${git.url}/api/v4` } : null;
    return createGitHosts({ github, gitlab }).repository(`${git.url}/acme/shop.git`)!;
  };
  const look = (branch: string | null = null) => repository.lookAt({ revision: 'main', folder: 'pay', branch });
  const looked = async () => {
    const answer = await look();
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value;
  };

  beforeEach(async () => {
    git = await startGitStandIn();
    git.commit('main', { 'pay/deploy.yaml': GOOD, 'pay/old.yaml': 'a: 1\n', 'web/deploy.yaml': 'b: 1\n' }, 'first');
    bad = git.commit('main', { 'pay/deploy.yaml': BAD, 'pay/new.yaml': 'c: 1\n', 'pay/old.yaml': null }, 'pay 2');
    git.commit('main', { 'web/deploy.yaml': 'b: 2\n' }, 'web');
    repository = open(git.token);
  });
  afterEach(() => git.stop());

  it('finds the newest commit that touched the folder, and what it changed', async () => {
    const { commit, base, files } = await looked();
    expect(commit).toMatchObject({ sha: bad, title: 'pay 2', author: 'Ada', parents: [expect.any(String)] });
    expect(Date.now() - commit.at).toBeLessThan(60_000);
    expect(base).toEqual({ branch: 'main', sha: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(files.map(({ path, change }) => [path, change])).toEqual([
      ['pay/deploy.yaml', 'modified'],
      ['pay/new.yaml', 'added'],
      ['pay/old.yaml', 'removed'],
    ]);
    expect(files[0]!.diff).toContain('-image: pay:1\n+image: pay:2');
    expect(git.pulls()).toEqual([]);
  });

  it('opens one request, however often it is asked to, whose branch holds what was there before and all that came since', async () => {
    const reversal = await looked();
    expect(await repository.find(BRANCH)).toEqual({ ok: true, value: null });
    const first = await repository.open(reversal, WISH);
    expect(first).toMatchObject({
      ok: true,
      value: { number: 1, state: 'open', url: expect.stringContaining('/acme/shop/') },
    });
    expect(await repository.open(reversal, WISH)).toMatchObject({ ok: true, value: { number: 1 } });
    expect(git.pulls()).toMatchObject([{ head: BRANCH, base: 'main', title: 'Revert "pay 2"', body: 'because' }]);
    expect(git.files(BRANCH)).toEqual({
      'pay/deploy.yaml': GOOD,
      'pay/old.yaml': 'a: 1\n',
      'web/deploy.yaml': 'b: 2\n',
    });
    expect(git.files('main')?.['pay/deploy.yaml']).toBe(BAD);
  });

  it('goes on after a crash between the branch and its request', async () => {
    const reversal = await looked();
    await repository.open(reversal, WISH);
    git.pulls().length = 0;
    expect(await repository.open(reversal, WISH)).toMatchObject({ ok: true, value: { state: 'open' } });
    expect(git.files(BRANCH)?.['pay/deploy.yaml']).toBe(GOOD);
  });

  it('takes nothing back that was changed again since', async () => {
    git.commit('main', { 'pay/deploy.yaml': 'image: pay:3\n' }, 'pay 3');
    const before = await repository.lookAt({ revision: bad, folder: 'pay', branch: null });
    expect(before).toMatchObject({ ok: false, failure: { kind: 'conflict' } });
  });

  it('closes a request and removes its branch, and leaves a merged one alone', async () => {
    await repository.open(await looked(), WISH);
    expect(await repository.close({ number: 1 }, BRANCH)).toMatchObject({ ok: true, value: { state: 'closed' } });
    expect(git.files(BRANCH)).toBeNull();
    expect(await repository.close({ number: 1 }, BRANCH)).toMatchObject({ ok: true, value: { state: 'closed' } });
    await repository.open(await looked(), { ...WISH, branch: 'nightshift/another' });
    git.merge(2);
    expect(await repository.close({ number: 2 }, 'nightshift/another')).toMatchObject({
      ok: true,
      value: { state: 'merged' },
    });
    expect(git.files('nightshift/another')).not.toBeNull();
  });

  it('says what is missing: the token’s right, the branch, anything before the first commit', async () => {
    expect(await look('gone')).toMatchObject({ ok: false, failure: { kind: 'not_found' } });
    expect(await repository.lookAt({ revision: 'main', folder: 'nowhere', branch: null })).toMatchObject({
      ok: false,
      failure: { kind: 'not_found' },
    });
    const bird = 'kanarigit7q';
    const answer = await open(bird).lookAt({ revision: 'main', folder: 'pay', branch: null });
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'refused' } });
    expect(JSON.stringify(answer)).not.toContain(bird);
    git.commit('other', { 'pay/deploy.yaml': GOOD }, 'first of another');
    const first = await repository.lookAt({ revision: 'other', folder: null, branch: 'other' });
    expect(first).toMatchObject({ ok: false, failure: { kind: 'conflict' } });
  });

  it('never sends the token to a host that the cluster names', async () => {
    const github = name === 'GitHub' ? { token: 't', apiUrl: `${git.url}/api/v3` } : null;
    const gitlab = name === 'GitLab' ? { token: 't', apiUrl: `${git.url}/api/v4` } : null;
    const hosts = createGitHosts({ github, gitlab });
    const host = new URL(git.url).host;
    for (const url of [
      'https://evil.example/acme/shop',
      `https://${host}.evil.example/acme/shop`,
      `https://${host}@evil.example/acme/shop`,
      `https://${host}/acme/../../../admin`,
      `https://${host}/acme`,
      'not an address',
    ])
      expect(hosts.repository(url), url).toBeNull();
    expect(git.asked).toEqual([]);
  });
});

it('knows GitHub and GitLab by every form of address that Argo CD and Flux take', () => {
  const hosts = createGitHosts({
    github: { token: 't', apiUrl: 'https://api.github.com' },
    gitlab: { token: 't', apiUrl: 'https://gitlab.com/api/v4' },
  });
  const of = (url: string) => {
    const found = hosts.repository(url);
    return found && `${found.host} ${found.project}`;
  };
  for (const url of [
    'https://github.com/acme/shop',
    'https://github.com/acme/shop.git',
    'git@github.com:acme/shop.git',
    'ssh://git@github.com/acme/shop',
  ])
    expect(of(url)).toBe('GitHub acme/shop');
  expect(of('https://gitlab.com/acme/team/shop.git')).toBe('GitLab acme/team/shop');
  expect(of('git@gitlab.com:acme/team/shop.git')).toBe('GitLab acme/team/shop');
  expect(of('https://github.com/acme/team/shop')).toBeNull();
});
