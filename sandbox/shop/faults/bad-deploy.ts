import { at } from '../cluster-port.ts';
import { NAMESPACE, SERVICE_NAMES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';
import { changeContainer, containerImage, nextVersion } from './template.ts';

const CRASH_AFTER_MS = 7_000;

/** A new revision whose process ends seconds after its start. The rolling update leaves old pods serving. */
export const badDeploy = defineFault<{ goodImage: string; badImage: string }>({
  kind: 'bad-deploy',
  title: 'Bad deploy',
  description: 'Rolls out a new version that crashes seconds after it starts. Only a rollback cures it.',
  services: SERVICE_NAMES,
  start(service, _severity, world) {
    const goodImage = containerImage(world.cluster, service.name);
    const badImage = nextVersion(goodImage);
    changeContainer(world.cluster, service.name, `deploy ${badImage}`, (container) => {
      container.image = badImage;
    });
    const truth = {
      cause: `change: rollout of ${badImage} to deployment ${NAMESPACE}/${service.name}`,
      culprit: deployment(service.name),
      remedies: ['rollback_deployment'],
      harmful: ['scale_horizontal', 'restart_deployment', 'relax_pdb'],
    };
    return { data: { goodImage, badImage }, truth };
  },
  onPod(fault, { view }) {
    if (view.service.name !== fault.service || view.image !== fault.data.badImage) return undefined;
    return {
      notReady: 'starting',
      exit: { afterMs: CRASH_AFTER_MS, exitCode: 1 },
      logs: [
        `level=info msg="starting ${fault.service}" version=${fault.data.badImage.split(':')[1]}`,
        'level=info msg="reading configuration"',
        'level=error msg="cannot parse configuration" field=timeouts.upstream error="invalid duration: missing unit"',
        'level=fatal msg="configuration is invalid, exiting" exit_code=1',
      ],
    };
  },
  cured(fault, world) {
    const wanted = containerImage(world.cluster, fault.service);
    if (wanted === fault.data.badImage || wanted === '') return false;
    return !world.pods(fault.service).some((p) => p.view.image === fault.data.badImage && !p.view.terminating);
  },
  undo(fault, world) {
    const deployment = world.cluster.get('deployments', NAMESPACE, fault.service);
    if (at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image') !== fault.data.badImage) return;
    changeContainer(world.cluster, fault.service, `back to ${fault.data.goodImage}`, (container) => {
      container.image = fault.data.goodImage;
    });
  },
});
