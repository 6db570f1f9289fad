import { NAMESPACE, SERVICE_NAMES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { changeContainer, containerImage } from './template.ts';

/** A new revision whose image is not in the registry. */
export const imagePull = defineFault<{ goodImage: string; badImage: string }>({
  kind: 'image-pull',
  title: 'Image that is not there',
  description: 'Rolls out a version whose image cannot be pulled. Only a rollback cures it.',
  services: SERVICE_NAMES,
  start(service, _severity, world) {
    const goodImage = containerImage(world.cluster, service.name);
    const badImage = `${goodImage.split(':')[0]}:latset`;
    changeContainer(world.cluster, service.name, `deploy ${badImage}`, (container) => {
      container.image = badImage;
    });
    const truth = {
      cause: `change: rollout of ${badImage}, which does not exist, to deployment ${NAMESPACE}/${service.name}`,
      culprit: deployment(service.name),
      remedies: ['rollback_deployment'],
      harmful: ['restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
    };
    return { data: { goodImage, badImage }, truth };
  },
  onPod(fault, { view }) {
    if (view.image !== fault.data.badImage) return undefined;
    return { imagePull: `rpc error: code = NotFound desc = failed to pull image "${view.image}": not found` };
  },
  cured(fault, world) {
    const wanted = containerImage(world.cluster, fault.service);
    return wanted !== '' && wanted !== fault.data.badImage;
  },
  undo(fault, world) {
    if (containerImage(world.cluster, fault.service) !== fault.data.badImage) return;
    changeContainer(world.cluster, fault.service, `back to ${fault.data.goodImage}`, (container) => {
      container.image = fault.data.goodImage;
    });
  },
});
