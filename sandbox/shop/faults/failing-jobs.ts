import type { KubeObject } from '../../kube/objects.ts';
import { listAt, textAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, type FaultWorld } from './kind.ts';

const services = SERVICES.filter((s) => s.pool === 'general').map((s) => s.name);
const jobSpec = (name: string): Record<string, unknown> => ({
  backoffLimit: 1,
  template: {
    metadata: { labels: { job: name } },
    // Nobody has made the config map: the container can never start, and the deadline ends the job.
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: 'report',
          image: 'shop/report:1.4.0',
          envFrom: [{ configMapRef: { name: 'report-settings' } }],
          resources: { requests: { cpu: '50m', memory: '64Mi' } },
        },
      ],
    },
  },
  activeDeadlineSeconds: 60,
});
const truthOf = (kind: 'Job' | 'CronJob', name: string) => ({
  cause: `${kind} ${NAMESPACE}/${name} cannot start: config map report-settings isn't there`,
  culprit: { kind, namespace: NAMESPACE, name },
  remedies: ['notify_oncall'],
  harmful: ['retry_job', 'rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
});

export const jobFailed = defineFault<{ name: string }>({
  kind: 'job-failed',
  title: 'Job that fails',
  description:
    'A job of the service never starts, and fails at its deadline. Somebody must mend what it needs and run it again.',
  services,
  start(service, _severity, world) {
    const name = `${service.name}-migrate`;
    world.cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: NAMESPACE },
      spec: jobSpec(name),
    });
    return { data: { name }, truth: truthOf('Job', name) };
  },
  cured: (fault, world) => world.cluster.get('jobs', NAMESPACE, fault.data.name) === undefined,
  undo: (fault, world) => removeJob(world, fault.data.name),
});

export const cronJobFailing = defineFault<{ name: string }>({
  kind: 'cron-job-failing',
  title: 'Scheduled job that fails',
  description: 'A scheduled job of the service never starts, and fails at its deadline, every five minutes.',
  services,
  start(service, _severity, world) {
    const name = `${service.name}-report`;
    world.cluster.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, namespace: NAMESPACE },
      spec: { schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec: jobSpec(name) } },
    });
    return { data: { name }, truth: truthOf('CronJob', name) };
  },
  cured: (fault, world) => world.cluster.get('cronjobs', NAMESPACE, fault.data.name) === undefined,
  undo(fault, world) {
    world.cluster.remove('cronjobs', NAMESPACE, fault.data.name);
    for (const job of world.cluster.list('jobs', NAMESPACE))
      if (madeBy(job, fault.data.name)) removeJob(world, job.metadata.name);
  },
});

const madeBy = (job: KubeObject, cronJob: string): boolean =>
  listAt(job, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'name') === cronJob);

function removeJob(world: FaultWorld, name: string): void {
  world.cluster.remove('jobs', NAMESPACE, name);
  for (const pod of world.cluster.list('pods', NAMESPACE))
    if (madeBy(pod, name)) world.cluster.remove('pods', NAMESPACE, pod.metadata.name);
}
