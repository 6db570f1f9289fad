import { kindByRule } from '../domain/issue-kind.ts';

/** A volume, or a claim, that is broken or not bound. */
const volumeBroken = kindByRule({
  name: 'volume_broken',
  title: 'A volume that can’t be used',
  says: { now: 'can’t be used', past: 'couldn’t be used' },
  alerts: [
    'KubePersistentVolumeErrors',
    'KubePersistentVolumeInodesFillingUp',
    'KubernetesPersistentvolumeError',
    'KubernetesPersistentvolumeclaimPending',
  ],
});
export default volumeBroken;
