import { setDefaults } from '../kube/admission/defaults.ts';
import { insert, object, objects, setStatus } from '../kube/change.ts';
import { recordEvent } from '../kube/events.ts';
import { controllerReference, type KubeObject, timestamp } from '../kube/objects.ts';
import { clone, isTree, type Tree } from '../kube/tree.ts';
import type { Job } from '../kube/workload-kinds.ts';
import type { Operator, World } from '../kube/world.ts';
import { keptnProgram } from './keptn-program.ts';

const TASKS = 'keptntasks.lifecycle.keptn.sh';
const DEFINITIONS = 'keptntaskdefinitions.lifecycle.keptn.sh';
const KEPTN_NAMESPACE = 'keptn-system';
const COMPONENT = 'keptn-lifecycle-operator';

/** Keptn's lifecycle operator as far as it runs tasks: each as one Job, whose end is the task's. */
export const keptn: Operator = {
  step(world) {
    if (world.registry.byName(TASKS) === undefined || world.registry.byName(DEFINITIONS) === undefined) return;
    for (const task of objects(world, TASKS)) {
      const isOver = ['Succeeded', 'Failed'].includes(String(task.status?.status));
      if (!isOver && task.metadata.deletionTimestamp === undefined) stepTask(world, task);
    }
  },
  programIn: keptnProgram,
};

function stepTask(world: World, task: KubeObject): void {
  const { namespace } = task.metadata;
  const { jobName } = task.status ?? {};
  const job = typeof jobName === 'string' ? object(world, 'jobs', namespace, jobName) : undefined;
  if (job === undefined) start(world, task);
  else follow(world, task, job);
}

function start(world: World, task: KubeObject): void {
  const { namespace = 'default' } = task.metadata;
  const wanted = String(task.spec?.taskDefinition);
  const definition =
    object(world, DEFINITIONS, namespace, wanted) ?? object(world, DEFINITIONS, KEPTN_NAMESPACE, wanted);
  if (definition === undefined) {
    const words = `could not find KeptnTaskDefinition: ${wanted}`;
    recordEvent(world, task, 'Warning', 'CreateTaskNotFound', words, { component: COMPONENT });
    tell(world, task, { status: 'Pending', message: words });
    return;
  }
  const { container } = definition.spec ?? {};
  if (!isTree(container)) {
    const endTime = timestamp(world.now());
    const message = "the sandbox's Keptn runs containers only";
    tell(world, task, { status: 'Failed', reason: 'Unsupported', message, endTime });
    return;
  }
  const job = clone(jobFor(world, task, definition, container));
  setDefaults(job);
  insert(world, 'jobs', job);
  recordEvent(world, task, 'Normal', 'CreateTask', `created Job ${job.metadata.name}`, { component: COMPONENT });
  tell(world, task, { status: 'Progressing', jobName: job.metadata.name });
}

function jobFor(world: World, task: KubeObject, definition: KubeObject, container: Tree): KubeObject {
  const { namespace = 'default', name, labels, annotations } = task.metadata;
  const { serviceAccount, ttlSecondsAfterFinished } = definition.spec ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      uid: world.names.uid(),
      name: `${name.slice(0, 57)}-${world.names.suffix(5)}`,
      namespace,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(task)],
    },
    spec: {
      backoffLimit: task.spec?.retries,
      activeDeadlineSeconds: seconds(String(task.spec?.timeout)),
      ttlSecondsAfterFinished,
      template: {
        metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
        spec: {
          restartPolicy: 'OnFailure',
          ...(isTree(serviceAccount) ? { serviceAccountName: serviceAccount.name } : {}),
          containers: [container],
        },
      },
    },
  };
}

function follow(world: World, task: KubeObject, job: Job): void {
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (end === undefined) return;
  const endTime = timestamp(world.now());
  if (end.type === 'Complete') tell(world, task, { status: 'Succeeded', endTime });
  else tell(world, task, { status: 'Failed', reason: end.reason, message: end.message, endTime });
}

function tell(world: World, task: KubeObject, news: Tree): void {
  const { namespace, name } = task.metadata;
  setStatus(world, TASKS, namespace, name, (current) => ({
    startTime: timestamp(world.now()),
    ...current.status,
    ...news,
  }));
}

const UNITS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Of a duration as Go writes it. */
function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return Math.floor(parts.reduce((sum, [, digits, unit]) => sum + Number(digits) * (UNITS[unit ?? ''] ?? 0), 0));
}
