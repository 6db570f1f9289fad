import { at, textAt } from '../cluster-port.ts';
import { NAMESPACE } from '../services.ts';
import type { FaultWorld } from './kind.ts';
import { templateFault } from './template-fault.ts';

const ACCOUNT = 'release-bot';
const QUOTA = 'shop-limits';
const LEVEL = 'pod-security.kubernetes.io/enforce';

export const missingAccount = templateFault({
  kind: 'missing-service-account',
  title: 'Service account that is not there',
  description: 'The new version runs as a service account that nobody has made: no pod of it is created.',
  cause: (service) => `change: deployment ${service} runs as service account ${ACCOUNT}, which isn't there`,
  spoil(_, spec) {
    spec.serviceAccountName = ACCOUNT;
  },
  isSpoilt: (_, spec) => textAt(spec, 'serviceAccountName') === ACCOUNT,
});

export const quotaFull = templateFault({
  kind: 'quota-full',
  title: 'Quota that allows no further pod',
  description: 'A rollout while the quota of the namespace is used up: no pod of the new version is created.',
  cause: (service) => `quota ${NAMESPACE}/${QUOTA} allows no pod of the new version of deployment ${service}`,
  prepare(world) {
    // One less than there are: the place of the pod that the rollout takes away is none for the new one.
    const pods = String(world.cluster.list('pods', NAMESPACE).length - 1);
    world.cluster.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: QUOTA, namespace: NAMESPACE },
      spec: { hard: { pods } },
    });
  },
  tidy: (world) => world.cluster.remove('resourcequotas', NAMESPACE, QUOTA),
  spoil(container) {
    container.env = [{ name: 'RELEASE', value: QUOTA }];
  },
  isSpoilt: (container) => textAt(container, 'env', 0, 'value') === QUOTA,
});

const enforce = (world: FaultWorld, level: string | null): void => {
  world.cluster.mutate('namespaces', undefined, NAMESPACE, (object) => {
    const { [LEVEL]: _, ...labels } = object.metadata.labels ?? {};
    object.metadata.labels = level === null ? labels : { ...labels, [LEVEL]: level };
  });
};

export const podSecurity = templateFault({
  kind: 'pod-security',
  title: 'Pods that security forbids',
  description: 'The new version is privileged, which the namespace forbids: no pod of it is created.',
  cause: (service) => `change: deployment ${service} is privileged, which the namespace's pod security forbids`,
  prepare: (world) => enforce(world, 'baseline'),
  tidy: (world) => enforce(world, null),
  spoil(container) {
    container.securityContext = { privileged: true };
  },
  isSpoilt: (container) => at(container, 'securityContext', 'privileged') === true,
});
