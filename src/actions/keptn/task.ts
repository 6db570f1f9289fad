import { isRecord, readPath } from '../../domain/object-path.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { Applied } from '../../extension-points.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { CustomKind, CustomObject, CustomPlace } from '../../ports/custom-objects.ts';
import { MARK } from '../edit/mark.ts';
import { DEPLOYMENT_ANNOTATION, TASKS } from './task-definition.ts';
import { durationText, LONGEST_MS, type TaskParams, timeoutMsOf } from './task-params.ts';

const JOBS: CustomKind = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' };
const SUCCEEDED = ['Succeeded', 'Warning'];
const FAILED = ['Failed', 'Deprecated', 'Cancelled'];
const LOOK_MS = 5_000;
/** Keptn looks at its Jobs every ten seconds. Who hasn't said how a task ended so long after its timeout won't any more. */
const GRACE_MS = 90_000;

type TaskLimits = Pick<TaskParams, 'timeoutMs' | 'retries'>;

/** How a KeptnTask stands. */
export type TaskStanding =
  | { kind: 'running'; message: string }
  | { kind: 'succeeded'; message: string }
  | { kind: 'failed'; message: string };

/** Its name is the execution's: who comes a second time finds it, and can't make another. */
export const taskPlace = (namespace: string, executionId: string): CustomPlace => ({
  kind: TASKS,
  namespace,
  name: `nightshift-${executionId}`,
});

/** Makes the task, or (dry) lets the server say what it would be. A name that is taken answers `conflict`. */
export function createTask(
  cluster: Cluster,
  target: EntityRef,
  params: TaskParams,
  executionId: string | null,
): Promise<ClusterResult<CustomObject>> {
  const { namespace, name } = target;
  const given = { DEPLOYMENT_NAME: name, NAMESPACE: namespace };
  const body = {
    spec: {
      taskDefinition: params.definition,
      context: { workloadName: name, objectType: 'Workload' },
      parameters: { map: given },
      retries: params.retries,
      timeout: durationText(params.timeoutMs),
    },
  };
  const annotations = {
    [DEPLOYMENT_ANNOTATION]: name,
    ...(executionId === null ? {} : { [MARK]: executionId }),
  };
  const place = taskPlace(namespace, executionId ?? params.definition);
  return cluster.custom.create(place, body, { annotations, dryRun: executionId === null });
}

/**
 * How a task stands, by what Keptn says of it; while Keptn says nothing, by its Job: a Keptn that is away, or older than the conditions that Kubernetes 1.31 puts first, never says how it ended. Who hears of no
 * end long after the timeout calls it failed.
 */
export async function standingOf(
  cluster: Cluster,
  { name, namespace, object }: CustomObject,
  limits: TaskLimits,
  now: number,
): Promise<TaskStanding> {
  const told = (field: string): string => textAt(object, ['status', field]);
  const task = `KeptnTask ${name}`;
  if (SUCCEEDED.includes(told('status'))) return { kind: 'succeeded', message: `${task} has succeeded` };
  if (FAILED.includes(told('status')))
    return { kind: 'failed', message: `${task} ${failureWords(told('reason'), told('message'), limits)}` };
  const jobName = told('jobName');
  const job = jobName === '' ? null : await cluster.custom.get({ kind: JOBS, namespace, name: jobName });
  const end = job?.ok ? endOf(job.value.object) : null;
  if (end?.type === 'Complete')
    return { kind: 'succeeded', message: `Job ${jobName} of ${task} has succeeded; Keptn hasn't said so` };
  if (end)
    return {
      kind: 'failed',
      message: `${task} ${failureWords(textAt(end, ['reason']), textAt(end, ['message']), limits)}`,
    };
  const createdAt = Date.parse(textAt(object, ['metadata', 'creationTimestamp']));
  const { timeoutMs } = limits;
  if (now - createdAt > timeoutMs + GRACE_MS)
    return {
      kind: 'failed',
      message: `${task}: nobody has said how it ended, ${durationText(GRACE_MS)} after its timeout of ${durationText(timeoutMs)}. Whether it did anything is not known`,
    };
  return jobName === ''
    ? { kind: 'running', message: `${task} waits for Keptn's operator to start it` }
    : { kind: 'running', message: `${task} is under way (Job ${jobName})` };
}

function endOf(job: Record<string, unknown>): Record<string, unknown> | null {
  const conditions = readPath(job, ['status', 'conditions']);
  const all = Array.isArray(conditions) ? conditions.filter(isRecord) : [];
  return all.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') ?? null;
}

function textAt(object: unknown, path: string[]): string {
  const value = readPath(object, path);
  return typeof value === 'string' ? value : '';
}

function failureWords(reason: string, message: string, { timeoutMs, retries }: TaskLimits): string {
  const more = message === '' ? '' : `: ${message.slice(0, 200)}`;
  if (reason === 'DeadlineExceeded') return `ran into its timeout of ${durationText(timeoutMs)}${more}`;
  if (reason === 'BackoffLimitExceeded') return `failed, all ${retries + 1} tries of it${more}`;
  return `failed${reason === '' ? '' : ` (${reason})`}${more}`;
}

/** As the end, or the middle, of an execution. That it failed doesn't mean that it changed nothing. */
export function appliedAs(standing: TaskStanding, data: Record<string, unknown>): Applied {
  switch (standing.kind) {
    case 'running':
      return { kind: 'underway', message: standing.message, againMs: LOOK_MS, watched: true };
    case 'succeeded':
      return { kind: 'done', undo: data, message: standing.message };
    case 'failed':
      return { kind: 'failed', changed: true, refusal: null, message: `${standing.message}.` };
  }
}

/** A task of ours for this Deployment that hasn't ended, or null. */
export async function taskUnderWay(
  cluster: Cluster,
  { namespace, name }: EntityRef,
  now: number,
): Promise<ClusterResult<CustomObject | null>> {
  const listed = await cluster.custom.list(TASKS, namespace);
  if (!listed.ok) return listed;
  for (const task of listed.value) {
    const { annotations, object } = task;
    if (!(MARK in annotations) || annotations[DEPLOYMENT_ANNOTATION] !== name) continue;
    const timeoutMs = timeoutMsOf(textAt(object, ['spec', 'timeout'])) ?? LONGEST_MS;
    const standing = await standingOf(cluster, task, { timeoutMs, retries: 0 }, now);
    if (standing.kind === 'running') return { ok: true, value: task };
  }
  return { ok: true, value: null };
}
