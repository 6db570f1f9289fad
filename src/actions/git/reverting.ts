import { headOf } from '../../domain/cut-text.ts';
import { maskText } from '../../domain/mask-text.ts';
import { reverseHunks } from '../../domain/reverse-diff.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { Refusal, RefusalCode } from '../../domain/types/refusal.ts';
import type { ActionContext } from '../../extension-points.ts';
import type { GitFailure, GitFile, GitRepository, RequestWanted, Reversal } from '../../ports/git-host.ts';

const MAX_DIFF = 3_000;
const LONGEST_LINE = 300;

/** What the pull request changes, at most 3,000 characters; what looks like a secret is masked. */
export function shownDiff({ files }: Reversal): string {
  const text = files.map(diffOf).join('\n');
  return text.length > MAX_DIFF ? `${headOf(text, MAX_DIFF - 24)}\n… (the rest is cut off)` : text;
}

function diffOf({ path, was, change, diff }: GitFile): string {
  const [from, to] = [change === 'removed' ? '/dev/null' : path, change === 'added' ? '/dev/null' : (was ?? path)];
  const hunks = diff === null ? '(not shown by the host)' : reverseHunks(diff);
  const lines = hunks.split('\n').map((line) => `${line.slice(0, 1)}${maskLine(line.slice(1))}`);
  return [`--- ${from}`, `+++ ${to}`, ...lines].join('\n');
}

/** The indentation of YAML says where a line belongs: it stays. */
function maskLine(line: string): string {
  const text = line.trimStart();
  return `${line.slice(0, line.length - text.length)}${maskText(text, LONGEST_LINE)}`;
}

/** A branch of its own for each execution; the uid keeps clusters that share a repository apart. */
export const branchOf = ({ target, data }: Plan, executionId: string): string =>
  `nightshift/revert-${String(data.revision).slice(0, 7)}-${target.uid.slice(0, 8)}-${executionId.replace(/[^\w-]/g, '-')}`;

export function requestOf({ subject }: ActionContext, plan: Plan, reversal: Reversal, branch: string): RequestWanted {
  const { commit } = reversal;
  const { kind, namespace, name } = plan.target;
  const keeper = String(plan.data.keeper);
  return {
    branch,
    title: headOf(`Revert "${commit.title}"`, 200),
    body: [
      `${kind} ${namespace}/${name} is in trouble in cluster ${subject.cluster} since ${keeper} applied ${commit.sha}.`,
      `This takes that commit back. A person asked Nightshift to open it; merge it to have ${keeper} roll out what was there before.`,
    ].join('\n\n'),
  };
}

export const repositoryOf = ({ git }: ActionContext, { data }: Plan): GitRepository | null =>
  typeof data.url === 'string' ? (git?.repository(data.url) ?? null) : null;

export const reverseOf = ({ data }: Plan): Reversal | null =>
  typeof data.reversal === 'object' ? (data.reversal as Reversal | null) : null;

export const isOutside = ({ path }: GitFile, folder: string | null): boolean =>
  folder !== null && !path.startsWith(`${folder}/`);

const CODES: Record<GitFailure['kind'], RefusalCode> = {
  refused: 'forbidden',
  not_found: 'no_history',
  conflict: 'unsupported',
  too_large: 'unsupported',
  unreachable: 'unreachable',
  stopped: 'stopped',
};

/** With what a person does instead. */
export const asGitRefusal = (
  { kind, message, refusal }: GitFailure,
  instead: string,
): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: refusal ?? { code: CODES[kind], message: [message, instead].filter((text) => text !== '').join(' ') },
});
