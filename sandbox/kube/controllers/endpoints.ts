import { change, erase, insert, object, objects } from '../change.ts';
import type { Pod, Service } from '../kinds.ts';
import { controllerReference, type KubeObject } from '../objects.ts';
import { isActive, isReady } from '../pods.ts';
import { selects } from '../selectors.ts';
import { equal } from '../tree.ts';
import type { World } from '../world.ts';

/** Keeps Endpoints and one EndpointSlice per Service that selects pods. */
export function stepEndpoints(world: World): void {
  for (const service of objects(world, 'services')) {
    if (service.spec.selector !== undefined) stepOne(world, service);
  }
  for (const endpoints of objects(world, 'endpoints')) {
    const { namespace, name } = endpoints.metadata;
    if (object(world, 'services', namespace, name) === undefined) erase(world, 'endpoints', namespace, name);
  }
}

function stepOne(world: World, service: Service): void {
  const { namespace = 'default', name } = service.metadata;
  const pods = objects(world, 'pods', namespace).filter(
    (pod) =>
      isActive(pod) &&
      pod.status.podIP !== undefined &&
      selects({ matchLabels: service.spec.selector ?? {} }, pod.metadata.labels),
  );
  const ports = (service.spec.ports ?? []).map((port) => ({
    ...(port.name === undefined ? {} : { name: port.name }),
    port: typeof port.targetPort === 'number' ? port.targetPort : port.port,
    protocol: port.protocol ?? 'TCP',
  }));
  const address = (pod: Pod): object => ({
    ip: pod.status.podIP,
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  });
  const ready = pods.filter(isReady).map(address);
  const waiting = pods.filter((pod) => !isReady(pod)).map(address);
  const subset = {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(waiting.length > 0 ? { notReadyAddresses: waiting } : {}),
    ports,
  };
  put(world, 'endpoints', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace },
    subsets: pods.length > 0 ? [subset] : [],
  });
  put(world, 'endpointslices', sliceOf(service, pods, ports));
}

function sliceOf(service: Service, pods: readonly Pod[], ports: readonly object[]): KubeObject {
  const { namespace = 'default', name } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-sandbox`,
      namespace,
      labels: {
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    // Always named, if only by nothing: kubectl describe dies of a port without the field.
    ports: ports.map((port) => ({ name: '', ...port })),
    endpoints: pods.map((pod) => ({
      addresses: [pod.status.podIP],
      conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
      nodeName: pod.spec.nodeName,
      targetRef: { kind: 'Pod', namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    })),
  };
}

function put(world: World, resource: 'endpoints' | 'endpointslices', wanted: KubeObject): void {
  const { namespace, name } = wanted.metadata;
  const current = object(world, resource, namespace, name);
  if (current === undefined) {
    insert(world, resource, wanted);
    return;
  }
  const { metadata: _, ...content } = wanted;
  if (Object.entries(content).every(([key, value]) => equal(current[key], value))) return;
  change(world, resource, namespace, name, (copy) => void Object.assign(copy, content));
}
