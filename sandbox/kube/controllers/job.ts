import { objects, setStatus } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Condition, Pod } from '../kinds.ts';
import { instant, timestamp } from '../objects.ts';
import { controlledPods } from '../owned.ts';
import { condition, isActive, isReady, setCondition } from '../pods.ts';
import { clone } from '../tree.ts';
import type { Job } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { createPod, deletePod, removeGracefully } from './create-pod.ts';

const COMPONENT = 'job-controller';

/** Runs every Job to its completions or its backoff limit. */
export function stepJobs(world: World): void {
  for (const job of objects(world, 'jobs')) {
    if (job.metadata.deletionTimestamp !== undefined) continue;
    if (isDone(job)) expire(world, job);
    else stepOne(world, job);
  }
}

const isDone = (job: Job): boolean =>
  job.status?.conditions?.some((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True') === true;

function stepOne(world: World, job: Job): void {
  const pods = controlledPods(world, job.metadata.uid);
  const succeeded = pods.filter((pod) => pod.status.phase === 'Succeeded').length;
  const failed = pods.filter((pod) => pod.status.phase === 'Failed').length;
  const active = pods.filter(isActive);
  const { completions, parallelism, backoffLimit, suspend } = job.spec;
  const end = ending(world, job, succeeded, failed + restarts(active), completions, backoffLimit);
  if (end !== undefined || suspend === true) {
    for (const pod of active) deletePod(world, job, pod, COMPONENT);
  } else {
    const wanted = Math.min(parallelism, completions - succeeded) - active.length;
    for (let i = 0; i < wanted; i += 1) createPod(world, job, job.spec.template, COMPONENT);
  }
  writeStatus(world, job, { succeeded, failed }, end);
}

const restarts = (pods: readonly Pod[]): number =>
  pods.reduce((sum, pod) => sum + (pod.status.containerStatuses?.[0]?.restartCount ?? 0), 0);

function ending(
  world: World,
  job: Job,
  succeeded: number,
  failures: number,
  completions: number,
  limit: number,
): Condition | undefined {
  if (succeeded >= completions) {
    return condition('Complete', true, 'CompletionsReached', 'Reached expected number of succeeded pods');
  }
  if (failures > limit)
    return condition('Failed', true, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const deadline = job.spec.activeDeadlineSeconds;
  const started = instant(job.status?.startTime, world.now());
  if (deadline !== undefined && world.now() - started >= deadline * 1000) {
    return condition('Failed', true, 'DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return undefined;
}

function writeStatus(
  world: World,
  job: Job,
  counts: { succeeded: number; failed: number },
  end: Condition | undefined,
): void {
  const now = world.now();
  const { namespace, name } = job.metadata;
  const active = controlledPods(world, job.metadata.uid).filter(isActive);
  const conditions = clone(job.status?.conditions ?? []);
  if (end !== undefined) setCondition(conditions, end, now);
  const suspended = job.spec.suspend === true;
  if (suspended) setCondition(conditions, condition('Suspended', true, 'JobSuspended', 'Job suspended'), now);
  setStatus(world, 'jobs', namespace, name, (copy) => ({
    ...(conditions.length > 0 ? { conditions } : {}),
    ...(suspended ? {} : { startTime: copy.status?.startTime ?? timestamp(now) }),
    ...(end?.type === 'Complete' ? { completionTime: timestamp(now) } : {}),
    ...(active.length > 0 ? { active: active.length } : {}),
    ...(counts.succeeded > 0 ? { succeeded: counts.succeeded } : {}),
    ...(counts.failed > 0 ? { failed: counts.failed } : {}),
    ready: active.filter(isReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
  }));
  if (end === undefined) return;
  const [type, reason, text] =
    end.type === 'Complete'
      ? (['Normal', 'Completed', 'Job completed'] as const)
      : (['Warning', end.reason ?? '', end.message ?? ''] as const);
  recordEvent(world, job, type, reason, text, { component: COMPONENT });
}

function expire(world: World, job: Job): void {
  const after = job.spec.ttlSecondsAfterFinished;
  const end = job.status?.conditions?.find((c) => c.type === 'Complete' || c.type === 'Failed');
  if (after === undefined || end === undefined) return;
  if (world.now() - instant(end.lastTransitionTime, world.now()) >= after * 1000) removeGracefully(world, 'jobs', job);
}
