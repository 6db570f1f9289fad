import type { Authorised } from '../../domain/authorise.ts';
import { holdsNothingOf } from '../../domain/object-part.ts';
import type { Execution } from '../../domain/types/execution.ts';
import type { Plan } from '../../domain/types/plan.ts';
import type { Action, ActionContext, Applied, Settled } from '../../extension-points.ts';
import type { ClusterFailure } from '../../ports/cluster-result.ts';
import type { CustomObject } from '../../ports/custom-objects.ts';
import { applyAuthorised, failedWith, takeBack } from '../edit/attempts.ts';
import { MARK } from '../edit/mark.ts';
import { refusalOf } from '../workload/look.ts';
import { applyWrite, done, lost, nameOf, type ObjectWrite, writeOf, writeWasApplied } from './object-write.ts';

const OURS = 'nightshift';

/** Makes the change that was authorised, with its mark, in one apply. */
export async function applyObject(action: Action, context: ActionContext, authorised: Authorised): Promise<Applied> {
  return applyAuthorised(action.plan, context, authorised, async (plan) => {
    const write = writeOf(plan.data);
    if (!write) return { ended: failedWith({ code: 'invalid', message: 'The plan holds no change.' }, false) };
    const answer = await applyWrite(context.cluster, write, authorised.executionId);
    if (answer.ok) return { ended: done(write, answer.value, plan.summary) };
    const { failure } = answer;
    if (failure.kind === 'unreachable')
      return { ended: await afterSilence(context, plan, authorised.executionId, failure.message) };
    const stopped = failedWith(refusalOf(failure, nameOf(write)), false);
    return failure.kind === 'conflict' ? { outdated: stopped } : { ended: stopped };
  });
}

/** The answer got lost: whether the change was made is read from the object. */
async function afterSilence(
  context: ActionContext,
  plan: Plan,
  executionId: string,
  message: string,
): Promise<Applied> {
  const found = await writeWasApplied(context, plan, executionId);
  if (found?.kind === 'done') return { ...found, message: 'The change was made, though the answer to it got lost.' };
  return found ?? failedWith({ code: 'unreachable', message }, false);
}

/** `more` is asked once the object is seen to hold what was applied. */
export async function settledObject(
  { cluster }: ActionContext,
  execution: Execution,
  more: (found: CustomObject, name: string) => Settled,
): Promise<Settled> {
  const write = writeOf(execution.undo ?? execution.recommendation.plan.data);
  if (!write) return { kind: 'failed', message: 'The plan holds no change.' };
  const name = nameOf(write);
  const found = await cluster.custom.get(write.place);
  if (!found.ok) {
    const { message } = refusalOf(found.failure, name);
    return { kind: found.failure.kind === 'not_found' ? 'failed' : 'unknown', message };
  }
  const [changed] = lost(write, found.value);
  if (changed !== undefined) return { kind: 'failed', message: `${name}: somebody else changed ${changed} since.` };
  return more(found.value, name);
}

/** Takes back what this execution made or added, if it is as it was written. Done twice is done once. */
export async function undoObject(context: ActionContext, execution: Execution): Promise<Applied> {
  const write = writeOf(execution.undo ?? execution.recommendation.plan.data);
  if (!write) return failedWith({ code: 'invalid', message: 'What was changed is not known.' }, false);
  return takeBack(nameOf(write), async () => {
    const found = await context.cluster.custom.get(write.place);
    if (!found.ok && found.failure.kind === 'not_found') return { ended: goneAlready(write) };
    if (!found.ok) return { ended: failedWith(refusalOf(found.failure, nameOf(write)), false) };
    const standing = write.made
      ? standingOfMade(write, found.value, execution.id)
      : standingOfAdded(write, found.value);
    if (standing) return { ended: standing };
    const failure = await removeOurs(context, write, found.value);
    return !failure || failure.kind === 'not_found' ? { ended: takenBack(write, found.value) } : { failure };
  });
}

async function removeOurs(
  { cluster }: ActionContext,
  write: ObjectWrite,
  { uid, resourceVersion }: CustomObject,
): Promise<ClusterFailure | null> {
  // To apply nothing takes away what we applied, unless somebody else has come to own it.
  const answer = write.made
    ? await cluster.custom.delete(write.place, { uid })
    : await cluster.custom.apply(write.place, {}, { annotations: {}, uid, resourceVersion, dryRun: false });
  return answer.ok ? null : answer.failure;
}

/** What there is to say without deleting; null when it is to be deleted. */
function standingOfMade(write: ObjectWrite, found: CustomObject, executionId: string): Applied | null {
  const name = nameOf(write);
  const isOurs = found.annotations[MARK] === executionId && (write.uid === null || write.uid === found.uid);
  if (!isOurs) return failedWith({ code: 'target_gone', message: `${name} is another object now: it is left.` }, false);
  const others = found.managers
    .filter(({ manager }) => ![OURS, ...(write.controllers ?? [])].includes(manager))
    .map(({ manager }) => manager);
  const changed = lost(write, found);
  if (others.length === 0 && changed.length === 0) return null;
  const what = changed.length > 0 ? changed.slice(0, 5).join(', ') : 'other fields of it';
  const who = others[0] ?? 'somebody else';
  return failedWith(
    { code: 'not_needed', message: `${name}: ${who} changed ${what} since, so it is left as it is.` },
    false,
  );
}

function standingOfAdded(write: ObjectWrite, found: CustomObject): Applied | null {
  const name = nameOf(write);
  if (write.uid !== found.uid)
    return failedWith({ code: 'target_gone', message: `${name} is another object now: it is left.` }, false);
  if (!holdsNothingOf(found.object, write.body)) return null;
  if (MARK in found.annotations) {
    const message = `${name}: somebody else changed all that was added, so it is left as it is.`;
    return failedWith({ code: 'not_needed', message }, false);
  }
  return goneAlready(write);
}

const goneAlready = (write: ObjectWrite): Applied => ({
  kind: 'done',
  undo: null,
  message: write.made ? `${nameOf(write)} is gone already.` : `${nameOf(write)} is as it was before already.`,
});

function takenBack(write: ObjectWrite, before: CustomObject): Applied {
  if (write.made) return { kind: 'done', undo: null, message: `${nameOf(write)} is gone again.` };
  const kept = lost(write, before);
  const but = kept.length === 0 ? '' : ` Somebody else changed ${kept.join(', ')} since; that is left as it is.`;
  return { kind: 'done', undo: null, message: `${nameOf(write)}: what was added is gone again.${but}` };
}
