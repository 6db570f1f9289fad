import { NAMESPACE, SERVICES } from '../services.ts';
import { defineFault, deployment, type Fault } from './kind.ts';

const TO_FULL_MS = 12 * 60_000;
export const USUAL_VOLUME_SHARE = 0.46;

/** The data volume of a database fills; when it is full, writes fail. No action of the cluster makes it larger. */
export const volumeFilling = defineFault<Record<string, never>>({
  kind: 'volume-filling',
  title: 'Volume filling up',
  description:
    'The data volume of a database fills within twelve minutes, then writes fail. It takes a person to clear it.',
  services: SERVICES.filter((s) => s.name.endsWith('-db')).map((s) => s.name),
  buildUpMs: TO_FULL_MS,
  start(service) {
    const truth = {
      cause: `the volume data-${service.name} of ${NAMESPACE}/${service.name} is full`,
      culprit: deployment(service.name),
      remedies: ['notify_oncall'],
      harmful: ['restart_deployment', 'restart_pod', 'scale_horizontal', 'rollback_deployment'],
    };
    return { data: {}, truth };
  },
  onPod(fault, { view }, now) {
    if (view.service.name !== fault.service || filled(fault, now) < 1) return undefined;
    return { errorRatio: 0.7, logs: ['level=error msg="could not write to file" error="no space left on device"'] };
  },
  onVolume: (fault, service, now) => (service === fault.service ? (1 - USUAL_VOLUME_SHARE) * filled(fault, now) : 0),
  cured: () => false,
});

function filled(fault: Pick<Fault, 'since' | 'severity' | 'buildUpMs'>, now: number): number {
  return Math.min(1, ((now - fault.since) * fault.severity) / fault.buildUpMs);
}
