import type { KubeObject } from '../../kube/objects.ts';
import { at, type ShopCluster, textAt } from '../cluster-port.ts';
import { NAMESPACE } from '../services.ts';

type Container = Record<string, unknown>;

/** Changes the first container of a deployment's pod template: a real new revision, with its reason as the change cause. */
export function changeContainer(
  cluster: ShopCluster,
  deployment: string,
  cause: string,
  change: (container: Container) => void,
): void {
  cluster.mutate('deployments', NAMESPACE, deployment, (object) => {
    const container = at(object, 'spec', 'template', 'spec', 'containers', 0);
    if (typeof container !== 'object' || container === null) return;
    change(container as Container);
    setCause(object, cause);
  });
}

function setCause(object: KubeObject, cause: string): void {
  object.metadata.annotations = { ...object.metadata.annotations, 'kubernetes.io/change-cause': cause };
}

/** Image of the deployment's first container; empty when the deployment is gone. */
export function containerImage(cluster: ShopCluster, deployment: string): string {
  return textAt(
    cluster.get('deployments', NAMESPACE, deployment),
    'spec',
    'template',
    'spec',
    'containers',
    0,
    'image',
  );
}

/** `shop/payment-api:2.3.0` → `shop/payment-api:2.4.0`. */
export function nextVersion(image: string): string {
  const [name = image, version = '1.0.0'] = image.split(':');
  const [major = 1, minor = 0] = version.split('.').map(Number);
  return `${name}:${major}.${minor + 1}.0`;
}
