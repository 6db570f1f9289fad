import { percent } from '../domain/figures.ts';
import { kindByRule } from '../domain/issue-kind.ts';

/** A volume with little room left. */
const volumeFilling = kindByRule({
  name: 'volume_filling',
  title: 'A volume that fills up',
  says: { now: 'is filling up', past: 'was filling up' },
  chart: 'volume',
  alerts: [
    'KubePersistentVolumeFillingUp',
    'KubePersistentVolumeFull',
    'VolumeAlmostFull',
    'PersistentVolumeUsageHigh',
    'KubernetesVolumeOutOfDiskSpace',
    'KubernetesVolumeFullInFourDays',
  ],
  message: (value, threshold) =>
    threshold !== null && threshold > 0 && threshold < 1 && value >= 0 && value <= 1
      ? `${percent(value)} of the volume is free, less than ${percent(threshold)}`
      : null,
});
export default volumeFilling;
