import { createGitHosts } from '../adapters/git/hosts.ts';
import type { GitHosts } from '../ports/git-host.ts';
import type { Environment } from './environment.ts';

/** The Git hosts that the settings name a token for; the sandbox has none. */
export function gitHostsOf(env: Environment): { git?: GitHosts } {
  const access = (token: string | undefined, apiUrl: string) => (token === undefined ? null : { token, apiUrl });
  const github = access(env.GITHUB_TOKEN, env.GITHUB_API_URL);
  const gitlab = access(env.GITLAB_TOKEN, env.GITLAB_API_URL);
  return github || gitlab ? { git: createGitHosts({ github, gitlab }) } : {};
}
