import type { KubeObject } from '../../kube/objects.ts';
import { at, textAt } from '../cluster-port.ts';
import { configMapName } from '../manifests.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultWorld } from './kind.ts';

const KEY = 'upstream_timeout_ms';
const ERRORS = 0.35;

/** Somebody edits the ConfigMap, and the running processes read it again. No rollout: there is nothing to roll back. */
export const badConfig = defineFault<{ good: string; bad: string }>({
  kind: 'bad-config',
  title: 'Bad config map',
  description:
    'A value in the config map is wrong by a factor of a thousand. Neither restart nor rollback touches it; only what it held before mends it.',
  services: SERVICES.filter((s) => s.pool === 'general' && s.calls.length > 0).map((s) => s.name),
  start(service, _severity, world) {
    const good = readValue(world, service.name);
    const bad = String(Math.max(1, Number(good) / 1000));
    setValue(world, service.name, bad);
    const truth = {
      cause: `change: ${KEY} = ${bad} in config map ${NAMESPACE}/${configMapName(service.name)}`,
      culprit: deployment(service.name),
      remedies: ['restore_config', 'notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'restart_pod', 'scale_horizontal'],
    };
    return { data: { good, bad }, truth };
  },
  onPod(fault, { view }) {
    if (view.service.name !== fault.service) return undefined;
    return {
      errorRatio: ERRORS,
      logs: [
        `level=info msg="configuration reloaded" ${KEY}=${fault.data.bad}`,
        `level=error msg="upstream deadline exceeded" timeout_ms=${fault.data.bad}`,
      ],
    };
  },
  cured: (fault, world) => readValue(world, fault.service) !== fault.data.bad,
  undo: (fault, world) => setValue(world, fault.service, fault.data.good),
});

function readValue(world: FaultWorld, service: string): string {
  return textAt(world.cluster.get('configmaps', NAMESPACE, configMapName(service)), 'data', KEY);
}

function setValue(world: FaultWorld, service: string, value: string): void {
  const edit = (map: KubeObject) => {
    map.data = { ...(at(map, 'data') as Record<string, string> | undefined), [KEY]: value };
  };
  world.cluster.mutate('configmaps', NAMESPACE, configMapName(service), edit, 'kubectl-edit');
}
