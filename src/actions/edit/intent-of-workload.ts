import type { EntityRef } from '../../domain/types/entity.ts';
import type { CustomKind } from '../../ports/custom-objects.ts';
import type { WorkloadLook } from '../workload/look.ts';
import { EDITED_KINDS } from './edited-kinds.ts';
import type { Intent } from './editing.ts';
import { foundOf } from './object-edit.ts';

/** The parts of an intent that say which workload is meant. */
export function ofWorkload({ workload, raw }: WorkloadLook): {
  kind: CustomKind;
  object: Intent['object'];
  target: EntityRef;
} {
  const { kind, namespace, name } = workload;
  return {
    kind: EDITED_KINDS[kind],
    object: { ...foundOf(raw), namespace, name, labels: workload.labels, managers: workload.managers },
    target: { kind, namespace, name },
  };
}
