import { listAt, textAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault } from './kind.ts';

const BACK_AFTER_MS = 75_000;
const SETTINGS = 'import-settings';

/** What a Job needs was away for a minute and is back; the Job has given up meanwhile. Run again, it would work. */
export const jobInterrupted = defineFault<{ name: string }>({
  kind: 'job-interrupted',
  title: 'Job that failed for a moment',
  description:
    'A config map that a job needs was away while it ran, and is back. The job has given up: it only has to be run once more.',
  services: SERVICES.filter((s) => s.pool === 'general').map((s) => s.name),
  start(service, _severity, world) {
    const name = `${service.name}-import`;
    const container = {
      ...{ name: 'import', image: 'shop/import:2.1.0', envFrom: [{ configMapRef: { name: SETTINGS } }] },
      resources: { requests: { cpu: '50m', memory: '64Mi' } },
    };
    world.cluster.apply({
      ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: NAMESPACE } },
      spec: {
        ...{ backoffLimit: 2, activeDeadlineSeconds: 60 },
        template: { metadata: { labels: { job: name } }, spec: { restartPolicy: 'Never', containers: [container] } },
      },
    });
    const truth = {
      cause: `Job ${NAMESPACE}/${name} gave up while config map ${SETTINGS} was away; it is back`,
      culprit: { kind: 'Job' as const, namespace: NAMESPACE, name },
      remedies: ['retry_job', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
    };
    return { data: { name }, truth };
  },
  step(fault, world) {
    if (world.now - fault.since < BACK_AFTER_MS || world.cluster.get('configmaps', NAMESPACE, SETTINGS)) return;
    world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: SETTINGS, namespace: NAMESPACE } },
      data: { batch: '500' },
    });
  },
  cured: (fault, world) =>
    world.cluster.get('jobs', NAMESPACE, fault.data.name) === undefined ||
    world.cluster
      .list('jobs', NAMESPACE)
      .some((job) => job.metadata.name.startsWith(`${fault.data.name}-`) && isComplete(job)),
  undo(fault, world) {
    for (const { metadata } of world.cluster.list('jobs', NAMESPACE))
      if (metadata.name.startsWith(fault.data.name)) world.cluster.remove('jobs', NAMESPACE, metadata.name);
    world.cluster.remove('configmaps', NAMESPACE, SETTINGS);
  },
});

const isComplete = (job: unknown): boolean =>
  listAt(job, 'status', 'conditions').some((c) => textAt(c, 'type') === 'Complete' && textAt(c, 'status') === 'True');
