import { at, listAt, textAt } from '../cluster-port.ts';
import { NAMESPACE } from '../services.ts';
import { templateFault } from './template-fault.ts';

const POOL = 'gpu';
const CPU = '64';
const CLASS = 'fast-ssd';
const claimOf = (service: string): string => `${service}-cache`;

export const unschedulableSelector = templateFault({
  kind: 'unschedulable-selector',
  title: 'Node selector that fits no node',
  description: 'The new version wants nodes of a pool that the cluster does not have.',
  cause: (service) => `change: deployment ${service} selects nodes of pool ${POOL}, of which there are none`,
  spoil(_, spec) {
    spec.nodeSelector = { 'shop/pool': POOL };
  },
  isSpoilt: (_, spec) => textAt(spec, 'nodeSelector', 'shop/pool') === POOL,
});

export const unschedulableCpu = templateFault({
  kind: 'unschedulable-cpu',
  title: 'More CPU than any node has',
  description: 'The new version requests more CPU than the largest node has.',
  cause: (service) => `change: deployment ${service} requests ${CPU} cores, more than any node has`,
  spoil(container) {
    container.resources = { requests: { cpu: CPU, memory: '256Mi' }, limits: { cpu: CPU, memory: '512Mi' } };
  },
  isSpoilt: (container) => textAt(container, 'resources', 'requests', 'cpu') === CPU,
});

export const unschedulableApart = templateFault({
  kind: 'unschedulable-anti-affinity',
  title: 'Pods that may share no zone',
  description: 'The new version keeps its pods apart from all of the shop: no node is left for them.',
  cause: (service) => `change: deployment ${service} must share no node with any other pod of the shop`,
  spoil(_, spec) {
    const term = {
      labelSelector: { matchLabels: { 'app.kubernetes.io/part-of': NAMESPACE } },
      topologyKey: 'kubernetes.io/hostname',
    };
    spec.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  },
  isSpoilt: (_, spec) => at(spec, 'affinity', 'podAntiAffinity') !== undefined,
});

export const claimUnbound = templateFault({
  kind: 'claim-unbound',
  title: 'Claim that is never bound',
  description: 'The new version mounts a claim whose storage class does not exist.',
  cause: (service) => `change: deployment ${service} mounts a claim of storage class ${CLASS}, which isn't there`,
  prepare(world, service) {
    world.cluster.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claimOf(service.name), namespace: NAMESPACE },
      spec: { storageClassName: CLASS, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
    });
  },
  tidy: (world, service) => world.cluster.remove('persistentvolumeclaims', NAMESPACE, claimOf(service)),
  spoil(_, spec, service) {
    spec.volumes = [
      ...listAt(spec, 'volumes'),
      { name: 'cache', persistentVolumeClaim: { claimName: claimOf(service.name) } },
    ];
  },
  isSpoilt: (_, spec) =>
    listAt(spec, 'volumes').some((one) => textAt(one, 'persistentVolumeClaim', 'claimName').endsWith('-cache')),
});
