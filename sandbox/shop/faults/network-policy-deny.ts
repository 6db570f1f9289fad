import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment } from './kind.ts';

const nameOf = (service: string): string => `${service}-locked`;

/** A policy that lets nobody in: probes come from the node and pass, requests don't. */
export const networkPolicyDeny = defineFault({
  kind: 'network-policy-deny',
  title: 'Network policy that lets nobody in',
  description:
    'Somebody adds a network policy that allows no requests to the service. Its pods stay ready, and its callers time out.',
  services: SERVICES.filter((s) => s.pool === 'general' && !s.consumer && s.name !== 'storefront').map((s) => s.name),
  start(service, _severity, world) {
    world.cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: nameOf(service.name), namespace: NAMESPACE },
      spec: { podSelector: { matchLabels: { app: service.name } }, policyTypes: ['Ingress'], ingress: [] },
    });
    const truth = {
      cause: `change: network policy ${NAMESPACE}/${nameOf(service.name)} lets nobody reach deployment ${service.name}`,
      culprit: deployment(service.name),
      remedies: ['notify_oncall'],
      harmful: ['rollback_deployment', 'restart_deployment', 'scale_horizontal', 'drain_and_cordon'],
    };
    return { data: {}, truth };
  },
  onPod: (fault, { view }) => (view.service.name === fault.service ? { hangs: true } : undefined),
  cured: (fault, world) => world.cluster.get('networkpolicies', NAMESPACE, nameOf(fault.service)) === undefined,
  undo: (fault, world) => world.cluster.remove('networkpolicies', NAMESPACE, nameOf(fault.service)),
});
