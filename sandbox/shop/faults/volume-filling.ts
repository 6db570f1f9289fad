import { at, quantity, type ShopCluster } from '../cluster-port.ts';
import { claimName, isDatabase, VOLUME_BYTES } from '../manifests.ts';
import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type Fault } from './kind.ts';

const TO_FULL_MS = 12 * 60_000;
export const USUAL_VOLUME_SHARE = 0.46;

/** So much larger, and what filled it has room for long. */
const ENOUGH = 1.25;

/** What the volume of a database holds, as its claim says. */
export function volumeBytes(cluster: ShopCluster, service: string): number {
  const found = cluster.get('persistentvolumeclaims', NAMESPACE, claimName(service));
  const bytes = quantity(at(found, 'status', 'capacity', 'storage'));
  return bytes > 0 ? bytes : VOLUME_BYTES;
}

/** The data volume of a database fills; when it is full, writes fail. A larger volume cures it, where its storage class lets it grow. */
export const volumeFilling = defineFault<Record<string, never>>({
  kind: 'volume-filling',
  title: 'Volume filling up',
  description:
    'The data volume of a database fills within twelve minutes, then writes fail. That of ledger-db can grow; that of catalog-db can’t, and takes a person.',
  services: SERVICES.filter(isDatabase).map((s) => s.name),
  buildUpMs: TO_FULL_MS,
  start(service, _severity, { cluster }) {
    const claim = cluster.get('persistentvolumeclaims', NAMESPACE, claimName(service.name));
    const grows = at(
      cluster.get('storageclasses', undefined, String(at(claim, 'spec', 'storageClassName'))),
      'allowVolumeExpansion',
    );
    const truth = {
      cause: `the volume data-${service.name} of ${NAMESPACE}/${service.name} is full`,
      culprit: deployment(service.name),
      remedies: grows === true ? ['expand_volume', 'notify_oncall'] : ['notify_oncall'],
      harmful: ['restart_deployment', 'restart_pod', 'scale_horizontal', 'rollback_deployment'],
    };
    return { data: {}, truth };
  },
  onPod(fault, { view }, now) {
    if (view.service.name !== fault.service || filled(fault, now) < 1) return undefined;
    return { errorRatio: 0.7, logs: ['level=error msg="could not write to file" error="no space left on device"'] };
  },
  onVolume: (fault, service, now) => (service === fault.service ? (1 - USUAL_VOLUME_SHARE) * filled(fault, now) : 0),
  cured: (fault, { cluster }) => volumeBytes(cluster, fault.service) >= VOLUME_BYTES * ENOUGH,
});

function filled(fault: Pick<Fault, 'since' | 'severity' | 'buildUpMs'>, now: number): number {
  return Math.min(1, ((now - fault.since) * fault.severity) / fault.buildUpMs);
}
