import type { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { LastWrite } from '../../ports/cluster-objects.ts';
import type { metadataSchema } from './object-schemas.ts';

const LONGEST_MANAGER = 40;

/** From managedFields: their times move when a field's value is changed, and controllers that only write the status don't count. */
export function lastWrite(metadata: z.infer<typeof metadataSchema>): LastWrite {
  const createdAt = Date.parse(metadata.creationTimestamp ?? '') || 0;
  let latest: LastWrite = { createdAt, changedAt: createdAt, by: null };
  for (const { manager, subresource, time } of metadata.managedFields ?? []) {
    const at = Date.parse(time ?? '');
    if (subresource === 'status' || !(at >= latest.changedAt)) continue;
    latest = { createdAt, changedAt: at, by: manager ? headOf(manager, LONGEST_MANAGER) : null };
  }
  return latest;
}
