import type { GitHosts } from '../../ports/git-host.ts';
import { createHttpClient } from '../outgoing/http-client.ts';
import { projectOf } from './address.ts';
import { githubRepository } from './github.ts';
import { gitlabRepository } from './gitlab.ts';

export type GitAccess = { token: string; apiUrl: string };

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 8 * 1024 * 1024;

/** The Git hosts for which a token is set. */
export function createGitHosts({ github, gitlab }: { github: GitAccess | null; gitlab: GitAccess | null }): GitHosts {
  const client = ({ apiUrl, token }: GitAccess, headers: Record<string, string>) =>
    createHttpClient({
      ...{ url: apiUrl, token, timeoutMs: TIMEOUT_MS, maxBodyBytes: MOST_BYTES },
      headers: { 'User-Agent': 'nightshift', ...headers },
    });
  const hub = github && client(github, { Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' });
  const lab = gitlab && client(gitlab, {});
  return {
    repository(url) {
      const atHub = github && projectOf(url, github.apiUrl);
      if (hub && atHub && /^[^/]+\/[^/]+$/.test(atHub)) return githubRepository(hub, atHub);
      const atLab = gitlab && projectOf(url, gitlab.apiUrl);
      return lab && atLab ? gitlabRepository(lab, atLab) : null;
    },
  };
}
