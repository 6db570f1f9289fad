import { at, textAt } from '../cluster-port.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultWorld } from './kind.ts';
import { containerImage, nextVersion } from './template.ts';

const FIXED_AFTER_MS = 2 * 60_000;
const READY_SECONDS = 120;
const ERRORS = 0.5;

/** A bad release that has changed the database: to go back would be worse. Held where it is, most pods still serve until somebody brings a version that fits. */
export const migratedDeploy = defineFault<{ goodImage: string; badImage: string; fixed: string; pausedAt: number }>({
  kind: 'migrated-deploy',
  title: 'Bad deploy after a migration',
  description:
    'A new version answers with errors, and has migrated the database: the old one must not come back. Pausing the rollout keeps the pods that still serve; two minutes later somebody brings a version that is right.',
  services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer && s.replicas > 2).map((s) => s.name),
  start(service, _severity, world) {
    const goodImage = containerImage(world.cluster, service.name);
    const badImage = nextVersion(goodImage);
    roll(world, service.name, badImage);
    const truth = {
      cause: `change: rollout of ${badImage} to deployment ${NAMESPACE}/${service.name}, after a migration`,
      culprit: deployment(service.name),
      remedies: ['pause_rollout', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
    };
    return { data: { goodImage, badImage, fixed: nextVersion(badImage), pausedAt: 0 }, truth };
  },
  onPod(fault, { view }) {
    if (view.service.name !== fault.service || view.image !== fault.data.badImage) return undefined;
    return { errorRatio: ERRORS, logs: ['level=error msg="unexpected null in column" column=settled_at'] };
  },
  step(fault, world) {
    if (!isPaused(world, fault.service)) return;
    if (fault.data.pausedAt === 0) fault.data.pausedAt = world.now;
    if (world.now - fault.data.pausedAt >= FIXED_AFTER_MS) roll(world, fault.service, fault.data.fixed);
  },
  cured: ({ service, data }, world) =>
    containerImage(world.cluster, service) !== data.badImage &&
    !world.pods(service).some(({ view }) => view.image === data.badImage && !view.terminating),
  undo: (fault, world) => roll(world, fault.service, fault.data.goodImage),
});

const isPaused = (world: FaultWorld, service: string): boolean =>
  at(world.cluster.get('deployments', NAMESPACE, service), 'spec', 'paused') === true;

/** With its migration, and slowly, as whoever knows of it would. */
function roll(world: FaultWorld, service: string, image: string): void {
  world.cluster.mutate('deployments', NAMESPACE, service, (object) => {
    const { paused: _, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
    object.spec = { ...spec, minReadySeconds: READY_SECONDS };
    const pod = at(object, 'spec', 'template', 'spec') as Record<string, unknown>;
    const container = at(pod, 'containers', 0) as Record<string, unknown>;
    container.image = image;
    pod.initContainers = [{ name: 'migrate', image: textAt(container, 'image'), command: ['migrate', 'up'] }];
    object.metadata.annotations = { ...object.metadata.annotations, 'kubernetes.io/change-cause': `deploy ${image}` };
  });
}
