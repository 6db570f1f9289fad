import { headOf } from '../domain/cut-text.ts';
import { maskText } from '../domain/mask-text.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange, Plan } from '../domain/types/plan.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned } from '../extension-points.ts';
import type { GitRepository, Reversal } from '../ports/git-host.ts';
import { type GitSource, gitSourceOf } from '../ports/keeper-source.ts';
import { cannotTell, failedWith } from './edit/attempts.ts';
import { noPodTouched } from './edit/scaler.ts';
import { LOOK_PERMISSIONS } from './git/permissions.ts';
import { asGitRefusal, branchOf, isOutside, repositoryOf, requestOf, reverseOf, shownDiff } from './git/reverting.ts';
import { cannotLook, lookAtTarget, type WorkloadLook } from './workload/look.ts';
import { TEMPLATE_CURES } from './workload/template-cures.ts';

/** A commit that is older didn't bring what is in trouble now. */
const MOST_AGO_MS = 24 * 3_600_000;

/**
 * Where Argo CD or Flux keeps the workload: a pull request that takes the applied commit back, for a person to merge. Nothing in the cluster is touched here; the trouble is over once it is merged, the keeper has synced, and the workload is
 * measured to be well. Without a token for the Git host the refusal names the commit.
 */
const revertInGit: Action = {
  name: 'revert_in_git',
  title: 'Open a pull request that takes the commit back',
  rungs: ['rollback'],
  reversible: true,
  prepares: true,
  cures: { ...TEMPLATE_CURES, config_change: [16, 3], config_invalid: [12, 4] },
  against: { namespace: [], workload: [] },
  permissions: LOOK_PERMISSIONS,
  async plan(context): Promise<Planned> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { workload, raw } = looked.look;
    const subject = `${workload.kind} ${workload.name}`;
    const found = await gitSourceOf(context.cluster, workload, raw);
    if (!found.ok) return cannotLook(found.failure, `what keeps ${subject}`);
    const source = found.value;
    if (!source) return no('not_needed', `Nothing that says so keeps ${subject} in Git.`);
    const repository = context.git?.repository(source.url) ?? null;
    if (!repository) return no('unsupported', byHand(source));
    const { revision, folder, branch } = source;
    const reversal = await repository.lookAt({ revision, folder, branch });
    if (!reversal.ok) return asGitRefusal(reversal.failure, byHand(source));
    if (context.clock.now() - reversal.value.commit.at > MOST_AGO_MS)
      return no(
        'not_needed',
        `The newest commit there is of ${day(reversal.value.commit.at)}: the trouble didn't come with it.`,
      );
    return { ok: true, plan: planOf(context, looked.look, source, repository, reversal.value) };
  },
  async wasApplied(context, plan, executionId) {
    const repository = repositoryOf(context, plan);
    if (!repository) return null;
    const branch = branchOf(plan, executionId);
    const found = await repository.find(branch);
    if (!found.ok) return cannotTell('a pull request was opened', asGitRefusal(found.failure, '').refusal);
    return found.value ? opened(plan, branch, found.value) : null;
  },
  async apply(context, { plan, executionId }): Promise<Applied> {
    const repository = repositoryOf(context, plan);
    const reversal = reverseOf(plan);
    if (!repository || !reversal)
      return failedWith({ code: 'unsupported', message: 'There is no token for this Git host any more.' }, false);
    const branch = branchOf(plan, executionId);
    const made = await repository.open(reversal, requestOf(context, plan, reversal, branch));
    if (made.ok) return opened(plan, branch, made.value);
    return failedWith(asGitRefusal(made.failure, '').refusal, false);
  },
  async settled(context, execution) {
    const { plan } = execution.recommendation;
    const found = await repositoryOf(context, plan)?.find(branchOf(plan, execution.id));
    if (!found?.ok || !found.value)
      return {
        kind: 'unknown',
        message: found && !found.ok ? found.failure.message : 'Its pull request is not found.',
      };
    const { url, state } = found.value;
    const { keeper, sync } = plan.data as { keeper: string; sync: string };
    if (state === 'closed') return { kind: 'failed', message: `${url} was closed without being merged.` };
    if (state === 'open')
      return { kind: 'settled', message: `${url} is open: merge it, and ${keeper} rolls it out (\`${sync}\`).` };
    const now = await appliedNow(context);
    const isThrough = now !== null && now !== plan.data.revision;
    return isThrough
      ? { kind: 'settled', message: `${url} is merged, and ${keeper} has applied ${now.slice(0, 12)}.` }
      : { kind: 'in_progress', message: `${url} is merged; ${keeper} hasn't applied it yet (\`${sync}\`).` };
  },
  async undo(context, execution): Promise<Applied> {
    const { plan } = execution.recommendation;
    const repository = repositoryOf(context, plan);
    const { number, branch } = (execution.undo ?? {}) as { number?: number; branch?: string };
    if (!repository || number === undefined || branch === undefined)
      return failedWith({ code: 'unsupported', message: 'Its pull request is not known.' }, false);
    const closed = await repository.close({ number }, branch);
    if (!closed.ok) return failedWith(asGitRefusal(closed.failure, '').refusal, false);
    const { url, state } = closed.value;
    if (state === 'merged') {
      const message = `${url} is merged: a person has to revert it in Git.`;
      return failedWith({ code: 'unsupported', message }, false);
    }
    return { kind: 'done', undo: null, message: `${url} is closed, and its branch is removed.` };
  },
};

const opened = (plan: Plan, branch: string, { number, url }: { number: number; url: string }): Applied => ({
  kind: 'done',
  undo: { number, branch },
  message: `${plan.summary}: ${url}`,
});

async function appliedNow(context: ActionContext): Promise<string | null> {
  const looked = await lookAtTarget(context);
  if (!looked.ok) return null;
  const found = await gitSourceOf(context.cluster, looked.look.workload, looked.look.raw);
  return found.ok ? (found.value?.revision ?? null) : null;
}

/** What a person does about it, with the very commit. */
const byHand = ({ keeper, url, folder, revision, sync }: GitSource): string =>
  `${keeper} applies it from Git at commit ${revision}: \`git revert ${revision}\` in ${headOf(url, 200)}${folder === null ? '' : ` (${folder})`}, push, then \`${sync}\`. With GITHUB_TOKEN or GITLAB_TOKEN for that host a pull request is offered.`;

function planOf(
  { clock }: ActionContext,
  { workload, pods }: WorkloadLook,
  source: GitSource,
  { host, project }: GitRepository,
  reversal: Reversal,
): Plan {
  const { kind, namespace, name, uid } = workload;
  const { commit, base, files } = reversal;
  const short = commit.sha.slice(0, 12);
  const changes = files.map(
    ({ path, was, change }): FieldChange => ({
      path: `${project} ${path}`,
      before: `${change} by ${short}`,
      after: change === 'added' ? 'not there' : `as before it${was === null ? '' : ` (${was})`}`,
    }),
  );
  const outside = files.filter((file) => isOutside(file, source.folder));
  return {
    action: 'revert_in_git',
    target: { kind, namespace, name, uid },
    changes,
    diff: shownDiff(reversal),
    summary: `Open a pull request in ${project} that takes ${short} back on ${base.branch}`,
    reversible: true,
    blastRadius: noPodTouched(
      namespace,
      name,
      pods.length,
      `Nothing in the cluster is touched until somebody merges it; ${source.keeper} then rolls out what it held before.`,
    ),
    onlyAsked: "it is written into people's repository",
    notes: [
      `${commit.sha}: "${maskText(commit.title, 120)}" by ${maskText(commit.author, 80) || 'nobody known'}, ${day(commit.at)}.`,
      `Merge it, then \`${source.sync}\`: it is over once ${source.keeper} has applied it and ${name} is well.`,
      ...(outside.length > 0
        ? [`It also takes back ${outside.length} ${outside.length === 1 ? 'file' : 'files'} outside ${source.folder}.`]
        : []),
    ],
    digest: planDigest('revert_in_git', uid, changes),
    data: { url: source.url, host, revision: source.revision, keeper: source.keeper, sync: source.sync, reversal },
    plannedAt: clock.now(),
  };
}

const day = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const no = (code: RefusalCode, message: string): Planned => ({ ok: false, refusal: { code, message } });

export default revertInGit;
