import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { latency } from './latency.ts';
import { changeContainer, containerImage, nextVersion } from './template.ts';

function callersOf(service: string): string[] {
  return SERVICES.filter((s) => s.calls.some((c) => c.to === service && c.kind === 'required')).map((s) => s.name);
}

/** A caller gets a harmless new version in the very minute in which what it calls runs out of capacity. */
export const redHerring = defineFault({
  kind: 'red-herring',
  title: 'Red herring',
  description:
    'A caller is deployed, harmlessly, just as the service itself gets slow. Rolling the deploy back changes nothing.',
  services: SERVICES.filter((s) => s.pool === 'general' && callersOf(s.name).length > 0).map((s) => s.name),
  buildUpMs: 0,
  start(service, severity, world, buildUpMs) {
    const caller = callersOf(service.name)[0]!;
    const image = nextVersion(containerImage(world.cluster, caller));
    changeContainer(world.cluster, caller, `deploy ${image}`, (container) => {
      container.image = image;
    });
    const trouble = latency.start(service, severity, world, buildUpMs);
    const truth = {
      cause: `saturation: the pods of ${NAMESPACE}/${service.name} take less load than is sent to them; the rollout of ${caller} is harmless`,
      culprit: deployment(service.name),
      remedies: ['scale_horizontal'],
      harmful: ['rollback_deployment', 'restart_deployment', 'drain_and_cordon'],
    };
    return { data: trouble.data, truth };
  },
  onPod: (fault, pod, now) => latency.onPod?.(fault, pod, now),
  cured: (fault, world) => latency.cured(fault, world),
});
