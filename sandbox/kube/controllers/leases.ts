import { change, insert, object, objects } from '../change.ts';
import { controllerReference, instant } from '../objects.ts';
import type { World } from '../world.ts';
import { isAlive } from './kubelet.ts';

const NAMESPACE = 'kube-node-lease';
const RENEW_MS = 30_000;

/** Renews the lease of every node whose kubelet reports, each half minute. */
export function stepLeases(world: World): void {
  const now = world.now();
  for (const node of objects(world, 'nodes')) {
    if (!isAlive(node)) continue;
    const { name } = node.metadata;
    const lease = object(world, 'leases', NAMESPACE, name);
    if (lease !== undefined && now - instant(lease.spec?.renewTime as string | undefined, 0) < RENEW_MS) continue;
    const renewTime = new Date(now).toISOString().replace('Z', '000Z');
    if (lease === undefined) {
      insert(world, 'leases', {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: NAMESPACE, ownerReferences: [controllerReference(node)] },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      });
      continue;
    }
    change(world, 'leases', NAMESPACE, name, (copy) => {
      copy.spec = { ...copy.spec, renewTime };
    });
  }
}
