import { setDefaults } from '../admission/defaults.ts';
import { insert, object, objects, setStatus } from '../change.ts';
import { recordEvent } from '../events.ts';
import { controllerReference, instant, type KubeObject, timestamp } from '../objects.ts';
import { clone } from '../tree.ts';
import type { CronJob, Job } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { cronMatches } from './cron-schedule.ts';

const COMPONENT = 'cronjob-controller';
const MINUTE_MS = 60_000;

/** Makes a Job of each CronJob whenever its schedule says so. Schedules are read as UTC. */
export function stepCronJobs(world: World): void {
  for (const cronJob of objects(world, 'cronjobs')) {
    if (cronJob.metadata.deletionTimestamp === undefined) stepOne(world, cronJob);
  }
}

const isActive = (job: Job): boolean =>
  !job.status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');

function stepOne(world: World, cronJob: CronJob): void {
  const now = world.now();
  const { namespace = 'default', name, uid } = cronJob.metadata;
  const own = objects(world, 'jobs', namespace).filter((job) =>
    job.metadata.ownerReferences?.some((owner) => owner.uid === uid),
  );
  const active = own.filter(isActive);
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const last = instant(cronJob.status?.lastScheduleTime, instant(cronJob.metadata.creationTimestamp, now));
  const isDue = cronJob.spec.suspend !== true && last < minute && cronMatches(cronJob.spec.schedule, minute);
  const mayRun = isDue && !(cronJob.spec.concurrencyPolicy === 'Forbid' && active.length > 0);
  if (isDue && !mayRun)
    say(
      world,
      cronJob,
      'Normal',
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    );
  if (mayRun && object(world, 'jobs', namespace, jobName(name, minute)) === undefined) start(world, cronJob, minute);
  const done = own.filter((job) => !isActive(job));
  const succeeded = done.flatMap(({ status }) => status?.completionTime ?? []).sort();
  setStatus(world, 'cronjobs', namespace, name, (copy) => ({
    ...copy.status,
    ...(isDue ? { lastScheduleTime: timestamp(minute) } : {}),
    ...(succeeded.length > 0 ? { lastSuccessfulTime: succeeded.at(-1)! } : {}),
    active: active.map((job) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      namespace,
      name: job.metadata.name,
      uid: job.metadata.uid ?? '',
    })),
  }));
}

/** As the real one calls them: the schedule's instant in minutes. */
const jobName = (name: string, minute: number): string => `${name}-${minute / MINUTE_MS}`;

function start(world: World, cronJob: CronJob, minute: number): void {
  const { namespace = 'default', name } = cronJob.metadata;
  const { metadata, spec } = clone(cronJob.spec.jobTemplate);
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      name: jobName(name, minute),
      namespace,
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(minute) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
  job.metadata.uid = world.names.uid();
  setDefaults(job);
  insert(world, 'jobs', job);
  say(world, cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
}

function say(world: World, about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
  recordEvent(world, about, type, reason, message, { component: COMPONENT });
}
