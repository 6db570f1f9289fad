import { RETRY_OF } from '../domain/job-names.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Planned, Settled } from '../extension-points.ts';
import type { CustomObject, CustomPlace } from '../ports/custom-objects.ts';
import { failedWith } from './edit/attempts.ts';
import { JOBS } from './edit/edited-kinds.ts';
import { MARK } from './edit/mark.ts';
import { cannotLook, refusalOf } from './workload/look.ts';

/** What the Job controller writes into a template, and must write anew. */
const CONTROLLERS = /^(batch\.kubernetes\.io\/)?(controller-uid|job-name)$/;

/** Runs a failed Job once more, as a Job of its own beside it, which stays as its record. Only one whose author lets it try again (`backoffLimit` over 0): a program that may run only once isn't run twice. */
const retryJob: Action = {
  name: 'retry_job',
  title: 'Run a failed Job once more',
  rungs: ['remediate'],
  reversible: false,
  cures: { job_failed: [8, 6], '*': [1, 6] },
  against: { namespace: ['quota_full'], workload: ['image_pull', 'config_error', 'oom_killed'] },
  permissions: [{ group: 'batch', resource: 'jobs', verbs: ['get', 'list', 'create'] }],
  async plan(context) {
    const { cluster, target } = context;
    if (target.kind !== 'Job') return no('unsupported', `${target.kind} ${target.name} is no Job.`);
    const found = await cluster.custom.get({ kind: JOBS, namespace: target.namespace, name: target.name });
    if (!found.ok) return cannotLook(found.failure, `Job ${target.name}`);
    const job = found.value;
    const failed = conditionOf(job, 'Failed');
    if (!failed) return no('not_needed', `Job ${job.name} hasn't failed.`);
    const limit = readPath(job.object, ['spec', 'backoffLimit']);
    if (limit === 0)
      return no(
        'unsupported',
        `Job ${job.name} is to run only once (backoffLimit 0): whether it may run again is for whoever wrote it to say.`,
      );
    const others = await cluster.custom.list(JOBS, target.namespace);
    if (!others.ok) return cannotLook(others.failure, `the Jobs of ${target.namespace}`);
    const newer = others.value.find((one) => isRetryOf(one, job) || isNewerOfSame(one, job));
    if (newer) return no('not_needed', `Job ${newer.name} has run or runs in its place already.`);
    return planRetry(context, job, failed);
  },
  async wasApplied({ cluster }, plan, executionId) {
    const made = await cluster.custom.get(placeOf(plan.target, executionId));
    if (made.ok)
      return made.value.annotations[MARK] === executionId
        ? { kind: 'done', undo: { name: made.value.name, uid: made.value.uid }, message: plan.summary }
        : null;
    return made.failure.kind === 'not_found'
      ? null
      : failedWith(refusalOf(made.failure, `Job ${plan.target.name}`), true);
  },
  async apply(context, { plan, executionId }) {
    const body = isRecord(plan.data.body) ? plan.data.body : {};
    const place = placeOf(plan.target, executionId);
    const made = await context.cluster.custom.create(place, body, {
      annotations: { [MARK]: executionId, [RETRY_OF]: plan.target.uid },
      dryRun: false,
    });
    if (made.ok) return { kind: 'done', undo: { name: made.value.name, uid: made.value.uid }, message: plan.summary };
    const before = ['unreachable', 'conflict'].includes(made.failure.kind)
      ? await retryJob.wasApplied(context, plan, executionId)
      : null;
    return before ?? failedWith(refusalOf(made.failure, `Job ${place.name}`), made.failure.kind === 'unreachable');
  },
  async settled({ cluster }, { id, recommendation }): Promise<Settled> {
    const made = await cluster.custom.get(placeOf(recommendation.plan.target, id));
    if (!made.ok)
      return { kind: made.failure.kind === 'not_found' ? 'failed' : 'in_progress', message: made.failure.message };
    const failed = conditionOf(made.value, 'Failed');
    if (failed) return { kind: 'failed', message: `Job ${made.value.name} failed again: ${failed}` };
    return conditionOf(made.value, 'Complete') === null
      ? { kind: 'in_progress', message: `Job ${made.value.name} runs.` }
      : {
          kind: 'settled',
          message: `Job ${made.value.name} has done what ${recommendation.plan.target.name} was to do.`,
        };
  },
  undo: async () => failedWith({ code: 'unsupported', message: "What a Job has done can't be undone." }, false),
};

const LONGEST_NAME = 63;

/** The name follows from the execution, so that it is made once. */
function placeOf({ namespace, name }: { namespace: string; name: string }, executionId: string): CustomPlace {
  const suffix = `-retry-${executionId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`;
  return { kind: JOBS, namespace, name: `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}` };
}

async function planRetry(
  { cluster, clock, target }: ActionContext,
  job: CustomObject,
  failed: string,
): Promise<Planned> {
  const body = bodyOf(job);
  const dry = await cluster.custom.create(placeOf(target, 'dry-run'), body, { annotations: {}, dryRun: true });
  if (!dry.ok) return cannotLook(dry.failure, `Job ${job.name}`);
  const changes: FieldChange[] = [
    { path: `Job ${job.name}`, before: `failed: ${failed}`, after: 'run once more, as a Job of its own' },
  ];
  return {
    ok: true,
    plan: {
      action: 'retry_job',
      target: { kind: 'Job', namespace: target.namespace, name: job.name, uid: job.uid },
      changes,
      diff: objectDiff(`${target.namespace}/${job.name}`, {}, dry.value.object),
      summary: `Run Job ${job.name} once more`,
      reversible: false,
      blastRadius: {
        level: 'low',
        podsAffected: 0,
        podsTotal: 0,
        services: [`${target.namespace}/${job.name}`],
        message: 'No pod that runs is touched; one more is started.',
      },
      notes: ['It does its work from the start. The failed Job stays as its record.'],
      digest: planDigest('retry_job', job.uid, changes),
      data: { body },
      plannedAt: clock.now(),
    },
  };
}

/** The same work without what belongs to the Job that failed. */
function bodyOf({ object, labels }: CustomObject): Record<string, unknown> {
  const spec = readPath(object, ['spec']);
  const template = readPath(spec, ['template']);
  const own = readPath(template, ['metadata', 'labels']);
  const kept = (all: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => !CONTROLLERS.test(key)));
  const { selector: _selector, manualSelector: _manual, suspend: _suspend, ...rest } = isRecord(spec) ? spec : {};
  return {
    spec: {
      ...rest,
      template: {
        ...(isRecord(template) ? template : {}),
        metadata: { labels: kept({ ...labels, ...(isRecord(own) ? own : {}) }) },
      },
    },
  };
}

function conditionOf({ object }: CustomObject, type: 'Failed' | 'Complete'): string | null {
  const all = readPath(object, ['status', 'conditions']);
  const found = (Array.isArray(all) ? all : []).find(
    (one) => isRecord(one) && one.type === type && one.status === 'True',
  );
  return isRecord(found) ? String(found.message ?? found.reason ?? '') : null;
}

const isRetryOf = (one: CustomObject, job: CustomObject): boolean => one.annotations[RETRY_OF] === job.uid;

/** A later run of the same CronJob. */
function isNewerOfSame(one: CustomObject, job: CustomObject): boolean {
  const madeAt = (object: CustomObject) =>
    Date.parse(String(readPath(object.object, ['metadata', 'creationTimestamp']) ?? '')) || 0;
  return one.uid !== job.uid && ownerUid(job) !== null && ownerUid(one) === ownerUid(job) && madeAt(one) > madeAt(job);
}

function ownerUid({ object }: CustomObject): string | null {
  const owners = readPath(object, ['metadata', 'ownerReferences']);
  const [first] = Array.isArray(owners) ? owners : [];
  return isRecord(first) && typeof first.uid === 'string' ? first.uid : null;
}

const no = (code: RefusalCode, message: string): Planned => ({ ok: false, refusal: { code, message } });

export default retryJob;
