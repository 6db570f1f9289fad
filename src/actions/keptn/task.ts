import { readPath } from '../../domain/object-path.ts';
import type { EntityRef } from '../../domain/types.ts';
import type { Applied } from '../../extension-points.ts';
import type { Cluster, ClusterResult, CustomObject, CustomPlace } from '../../ports.ts';
import { MARK } from '../workload/field-change.ts';
import { DEPLOYMENT_ANNOTATION, TASKS } from './task-definition.ts';
import { durationText, type TaskParams } from './task-params.ts';

const LOOK_MS = 5_000;
/** Keptn looks at its Jobs every ten seconds. Who hasn't said how a task ended so long after its timeout won't any more. */
const GRACE_MS = 90_000;

/** How a KeptnTask stands. */
export type Standing =
  | { kind: 'running'; words: string }
  | { kind: 'succeeded'; words: string }
  | { kind: 'failed'; words: string };

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

/** What Keptn says of a task; who says nothing long after the timeout has failed, as far as anybody can tell. */
export function standingOf({ name, object }: CustomObject, { timeoutMs, retries }: TaskParams, now: number): Standing {
  const told = (field: string): string => {
    const value = readPath(object, ['status', field]);
    return typeof value === 'string' ? value : '';
  };
  const task = `KeptnTask ${name}`;
  switch (told('status')) {
    case 'Succeeded':
    case 'Warning':
      return { kind: 'succeeded', words: `${task} has succeeded` };
    case 'Failed':
    case 'Deprecated':
    case 'Cancelled':
      return { kind: 'failed', words: `${task} ${failureWords(told('reason'), told('message'), timeoutMs, retries)}` };
    default: {
      const createdAt = Date.parse(String(readPath(object, ['metadata', 'creationTimestamp'])));
      if (now - createdAt > timeoutMs + GRACE_MS)
        return {
          kind: 'failed',
          words: `${task}: Keptn has not said how it ended, ${durationText(GRACE_MS)} after its timeout of ${durationText(timeoutMs)}. Whether it did anything is not known`,
        };
      const job = told('jobName');
      return job === ''
        ? { kind: 'running', words: `${task} waits for Keptn's operator to start it` }
        : { kind: 'running', words: `${task} is under way (Job ${job})` };
    }
  }
}

function failureWords(reason: string, message: string, timeoutMs: number, retries: number): string {
  const more = message === '' ? '' : `: ${message.slice(0, 200)}`;
  if (reason === 'DeadlineExceeded') return `ran into its timeout of ${durationText(timeoutMs)}${more}`;
  if (reason === 'BackoffLimitExceeded') return `failed, all ${retries + 1} tries of it${more}`;
  return `failed${reason === '' ? '' : ` (${reason})`}${more}`;
}

/** As the end, or the middle, of an execution. That it failed doesn't mean that it changed nothing. */
export function appliedAs(standing: Standing, data: Record<string, unknown>): Applied {
  switch (standing.kind) {
    case 'running':
      return { kind: 'underway', words: standing.words, againMs: LOOK_MS, watched: true };
    case 'succeeded':
      return { kind: 'done', undo: data, words: standing.words };
    case 'failed':
      return { kind: 'failed', changed: true, refusal: null, words: `${standing.words}.` };
  }
}

/** Tasks of ours for this Deployment that haven't ended. */
export async function tasksUnderWay(
  cluster: Cluster,
  { namespace, name }: EntityRef,
): Promise<ClusterResult<CustomObject[]>> {
  const listed = await cluster.custom.list(TASKS, namespace);
  if (!listed.ok) return listed;
  const open = listed.value.filter(({ annotations, object }) => {
    const isOurs = MARK in annotations && annotations[DEPLOYMENT_ANNOTATION] === name;
    return isOurs && !ENDED.includes(String(readPath(object, ['status', 'status'])));
  });
  return { ok: true, value: open };
}

const ENDED = ['Succeeded', 'Warning', 'Failed', 'Deprecated', 'Cancelled'];
