import { change, erase, insert, object, objects, setStatus } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Pod } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import type { World } from '../world.ts';

/** The storage classes, and whether their volumes can grow; the first is the default. */
export const STORAGE_CLASSES = { standard: true, 'local-ssd': false } as const;
const SOURCE = { component: 'persistentvolume-controller' };

type ClaimSpec = { volumeName?: string; resources?: { requests?: { storage?: string } }; accessModes?: string[] };

/** Gives every claim of a known storage class a volume of its own, grows it when asked, and takes it away at the end. */
export function stepVolumes(world: World): void {
  for (const claim of objects(world, 'persistentvolumeclaims')) {
    if (classOf(claim) in STORAGE_CLASSES) bind(world, claim);
    else sayUnbound(world, claim);
  }
  for (const volume of objects(world, 'persistentvolumes')) {
    const reference = volume.spec?.claimRef as { namespace: string; name: string; uid: string } | undefined;
    if (reference === undefined) continue;
    const claim = object(world, 'persistentvolumeclaims', reference.namespace, reference.name);
    if (claim?.metadata.uid !== reference.uid) erase(world, 'persistentvolumes', undefined, volume.metadata.name);
  }
}

const classOf = (claim: KubeObject): string => String(claim.spec?.storageClassName ?? '');

function bind(world: World, claim: KubeObject): void {
  const { namespace, name, uid } = claim.metadata;
  const spec = claim.spec as ClaimSpec;
  const capacity = { storage: spec.resources?.requests?.storage ?? '1Gi' };
  const volumeName = `pvc-${uid ?? ''}`;
  const accessModes = spec.accessModes ?? ['ReadWriteOnce'];
  if (object(world, 'persistentvolumes', undefined, volumeName) === undefined) {
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid };
    // As a disk over the network: it follows its pod to any node.
    const csi = { driver: 'sandbox/directory', volumeHandle: volumeName };
    const volume = { capacity, accessModes, claimRef, storageClassName: classOf(claim), volumeMode: 'Filesystem' };
    insert(world, 'persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: { ...volume, persistentVolumeReclaimPolicy: 'Delete', csi },
      status: { phase: 'Bound' },
    });
    recordEvent(
      world,
      claim,
      'Normal',
      'ProvisioningSucceeded',
      `Successfully provisioned volume ${volumeName}`,
      SOURCE,
    );
  }
  change(world, 'persistentvolumes', undefined, volumeName, (copy) => {
    copy.spec = { ...copy.spec, capacity };
  });
  change(world, 'persistentvolumeclaims', namespace, name, (copy) => {
    copy.spec = { ...copy.spec, volumeName };
  });
  setStatus(world, 'persistentvolumeclaims', namespace, name, () => ({ phase: 'Bound', accessModes, capacity }));
}

/** The first claim that a pod names and that isn't there. */
export function missingClaim(world: World, pod: Pod): string | undefined {
  const names = (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return names.find((name) => object(world, 'persistentvolumeclaims', pod.metadata.namespace, name) === undefined);
}

/** A claim that is there and has no volume yet. */
export function hasUnboundClaim(world: World, pod: Pod): boolean {
  const names = (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  return names.some(
    (name) => object(world, 'persistentvolumeclaims', pod.metadata.namespace, name)?.status?.phase !== 'Bound',
  );
}

const SAY_EVERY_MS = 15_000;

/** Said again and again, as the controller tries. */
function sayUnbound(world: World, claim: KubeObject): void {
  if (claim.status?.phase === 'Bound' || Math.floor(world.now() / 1_000) % (SAY_EVERY_MS / 1_000) !== 0) return;
  const wanted = classOf(claim);
  const known = object(world, 'storageclasses', undefined, wanted) !== undefined;
  if (known) return;
  const [reason, message] =
    wanted === ''
      ? ['FailedBinding', 'no persistent volumes available for this claim and no storage class is set']
      : ['ProvisioningFailed', `storageclass.storage.k8s.io "${wanted}" not found`];
  recordEvent(world, claim, 'Warning', reason!, message!, SOURCE);
}
