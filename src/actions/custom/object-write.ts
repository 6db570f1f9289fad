import { missingParts } from '../../domain/object-part.ts';
import { isRecord } from '../../domain/object-path.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { ActionContext, Applied } from '../../extension-points.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { CustomKind, CustomObject, CustomPlace } from '../../ports/custom-objects.ts';
import { cannotTell } from '../edit/attempts.ts';
import { MARK } from '../edit/mark.ts';
import { refusalOf } from '../workload/look.ts';

/** What an action applies to one object of another system's kind; kept in the plan's `data`, and after the change in the execution's `undo`. */
export type ObjectWrite = {
  place: CustomPlace;
  /** It wasn't there before. Else fields are added to somebody's object, those that it doesn't have. */
  made: boolean;
  /** Null for what isn't made yet. */
  uid: string | null;
  /** Of the look that the plan comes from; null for what isn't made yet. */
  resourceVersion: string | null;
  body: Record<string, unknown>;
  /** That go with it, beside our mark. */
  annotations?: Record<string, string>;
  /** Field managers of the system that the kind belongs to: what they write doesn't make the object somebody else's. */
  controllers?: string[];
};

/** Applies it, or (dry) lets the server say what it would become. Only with an execution's id does it get our mark. */
export function applyWrite(
  cluster: Cluster,
  write: ObjectWrite,
  executionId: string | null,
): Promise<ClusterResult<CustomObject>> {
  return cluster.custom.apply(write.place, write.body, {
    annotations: { ...write.annotations, ...(executionId === null ? {} : { [MARK]: executionId }) },
    uid: write.uid,
    resourceVersion: write.resourceVersion,
    dryRun: executionId === null,
  });
}

/** The first of the kinds that the API server serves, or null. */
export async function firstServed(cluster: Cluster, kinds: CustomKind[]): Promise<ClusterResult<CustomKind | null>> {
  for (const kind of kinds) {
    const served = await cluster.custom.served(kind);
    if (!served.ok) return served;
    if (served.value) return { ok: true, value: kind };
  }
  return { ok: true, value: null };
}

/** For after a crash or a lost answer: done when the object carries this execution's mark; unknown (failed, perhaps changed) when nobody can say. */
export async function writeWasApplied(
  { cluster }: ActionContext,
  { data, summary }: Plan,
  executionId: string,
): Promise<Applied | null> {
  const write = writeOf(data);
  if (!write) return null;
  const found = await cluster.custom.get(write.place);
  if (found.ok) return found.value.annotations[MARK] === executionId ? done(write, found.value, summary) : null;
  if (found.failure.kind === 'not_found') return null;
  return cannotTell('the change was made', refusalOf(found.failure, nameOf(write)));
}

export function done(write: ObjectWrite, object: CustomObject, message: string): Applied {
  return { kind: 'done', undo: { write: { ...write, uid: object.uid } }, message };
}

export const nameOf = ({ place }: ObjectWrite): string => `${place.kind.kind} ${place.name}`;

/** What of the write the object doesn't hold (any more), as paths. */
export const lost = (write: ObjectWrite, object: CustomObject): string[] => missingParts(object.object, write.body);

/** The write that a plan or an execution carries; null when it carries none. */
export function writeOf(data: Record<string, unknown>): ObjectWrite | null {
  return isObjectWrite(data.write) ? data.write : null;
}

function isObjectWrite(value: unknown): value is ObjectWrite {
  return (
    isRecord(value) &&
    isRecord(value.place) &&
    isRecord(value.place.kind) &&
    typeof value.place.name === 'string' &&
    typeof value.made === 'boolean' &&
    isRecord(value.body)
  );
}
