import type { KubeObject } from '../../kube/objects.ts';
import { at, type ShopCluster, textAt } from '../cluster-port.ts';
import type { ServiceSpec } from '../service-spec.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type FaultKind, type FaultWorld } from './kind.ts';
import { changeContainer } from './template.ts';

type Resource = 'memory' | 'cpu';
type Data = { resource: Resource; good: Record<string, string>; bad: string };
type Change = {
  resource: Resource;
  kind: string;
  title: string;
  description: string;
  bad: (s: ServiceSpec) => string;
  remedies: string[];
  harmful: string[];
};

const GENERAL = SERVICES.filter((s) => s.pool === 'general').map((s) => s.name);

/** A rollout that only sets a limit far too low. */
function wrongLimit(change: Change): FaultKind {
  return defineFault<Data>({
    kind: change.kind,
    title: change.title,
    description: change.description,
    services: GENERAL,
    start(service, _severity, world) {
      const good = resourcesOf(world.cluster, service.name, change.resource);
      const bad = change.bad(service);
      setResource(
        world.cluster,
        service.name,
        change.resource,
        { limits: bad, requests: bad },
        `${change.resource} limit ${bad}`,
      );
      const cause = `change: ${change.resource} limit ${bad} of deployment ${NAMESPACE}/${service.name} is far too low`;
      return {
        data: { resource: change.resource, good, bad },
        truth: { cause, culprit: deployment(service.name), remedies: change.remedies, harmful: change.harmful },
      };
    },
    cured: (fault, world) => limitOf(fault.data, fault.service, world) !== fault.data.bad,
    undo(fault, world) {
      if (limitOf(fault.data, fault.service, world) !== fault.data.bad) return;
      setResource(world.cluster, fault.service, fault.data.resource, fault.data.good, 'limits as before');
    },
  });
}

function limitOf(data: Data, service: string, world: FaultWorld): string {
  return resourcesOf(world.cluster, service, data.resource).limits ?? '';
}

function resourcesOf(cluster: ShopCluster, service: string, resource: Resource): Record<string, string> {
  const deployment: KubeObject | undefined = cluster.get('deployments', NAMESPACE, service);
  const resources = at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'resources');
  return { limits: textAt(resources, 'limits', resource), requests: textAt(resources, 'requests', resource) };
}

function setResource(
  cluster: ShopCluster,
  service: string,
  resource: Resource,
  values: Record<string, string>,
  cause: string,
): void {
  changeContainer(cluster, service, cause, (container) => {
    const resources = (container.resources ?? {}) as Record<string, Record<string, string>>;
    for (const [part, value] of Object.entries(values)) resources[part] = { ...resources[part], [resource]: value };
    container.resources = resources;
  });
}

/** New pods start well and are killed when they are warm: the rollout itself succeeds. */
export const memoryLimit = wrongLimit({
  resource: 'memory',
  kind: 'memory-limit',
  title: 'Memory limit too low',
  description:
    'A rollout lowers the memory limit under what the process needs once it is warm. Roll back, or raise it.',
  bad: (s) => `${Math.round((s.memoryBytes * 0.86) / 1024 / 1024)}Mi`,
  remedies: ['rollback_deployment', 'increase_memory_limit'],
  harmful: ['restart_pod', 'restart_deployment', 'drain_and_cordon'],
});

export const cpuThrottling = wrongLimit({
  resource: 'cpu',
  kind: 'cpu-throttling',
  title: 'CPU limit too low',
  description: 'A rollout lowers the CPU limit: everything is throttled. Roll back; more pods only soften it.',
  bad: (s) => `${Math.round(s.cpuCoresAtCapacity * 300)}m`,
  remedies: ['rollback_deployment'],
  harmful: ['restart_pod', 'restart_deployment', 'increase_memory_limit'],
});
