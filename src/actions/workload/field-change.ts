import type { Authorised } from '../../domain/authorise.ts';
import { isRecord, type ObjectPath, readPath, sameJson, strategicPatch } from '../../domain/object-path.ts';
import type { Execution, Plan, Refusal } from '../../domain/types.ts';
import type { Action, ActionContext, Applied } from '../../extension-points.ts';
import type { Cluster, ClusterResult, Workload } from '../../ports/cluster.ts';
import { refusalOf } from './look.ts';

/** Says on the object which execution changed it: change and mark go in one patch. */
export const MARK = 'nightshift.dev/execution';
export const UNDO_MARK = 'nightshift.dev/undo';
const ATTEMPTS = 3;

/** One field of a workload that an action sets; kept in the plan's `data`, and after the change in the execution's `undo`. */
export type FieldWrite = {
  kind: Workload['kind'];
  namespace: string;
  name: string;
  uid: string;
  /** Of the look that the plan comes from. */
  resourceVersion: string;
  path: ObjectPath;
  before: unknown;
  /** What the server made of it in the dry run: what the field holds after the change. */
  wrote: unknown;
  /** Further annotations that go with the change. */
  annotations: Record<string, string>;
};

type Patched = Awaited<ReturnType<Cluster['patchWorkload']>>;
type Setting = { value: unknown; annotations: Record<string, string>; resourceVersion: string | null; dryRun: boolean };

/** Sets the field. `raw` tells whether there are annotations to add to (a JSON patch can't add to what isn't there). */
export function setField(
  cluster: Cluster,
  write: FieldWrite,
  setting: Setting,
  raw: Record<string, unknown> | null,
): Promise<Patched> {
  const { value, annotations, resourceVersion, dryRun } = setting;
  // Lists of a template are merged by a strategic patch; only a JSON patch replaces the whole of it, as kubectl's rollback does.
  const whole = write.path.join('.') === 'spec.template';
  const patch = whole
    ? { operations: [{ op: 'replace', path: '/spec/template', value }, ...annotationOperations(annotations, raw)] }
    : { ...strategicPatch(write.path, value), metadata: { annotations } };
  return cluster.patchWorkload(write, patch, {
    dryRun,
    uid: write.uid,
    resourceVersion,
    type: whole ? 'json' : 'strategic',
  });
}

function annotationOperations(annotations: Record<string, string>, raw: Record<string, unknown> | null) {
  const has = raw === null || isRecord(readPath(raw, ['metadata', 'annotations']));
  if (!has) return [{ op: 'add', path: '/metadata/annotations', value: annotations }];
  return Object.entries(annotations).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }));
}

/** Makes the change that was authorised, with its mark. When the object got newer meanwhile, it plans again: an equal digest may go on, another may not. */
export async function applyField(action: Action, context: ActionContext, authorised: Authorised): Promise<Applied> {
  let plan: Plan = authorised.plan;
  for (let attempt = 1; ; attempt += 1) {
    const write = writeOf(plan.data);
    if (!write) return broken('The plan holds no change.');
    const setting = {
      value: write.wrote,
      annotations: { ...write.annotations, [MARK]: authorised.executionId },
      resourceVersion: write.resourceVersion,
      dryRun: false,
    };
    const answer = await setField(context.cluster, write, setting, await rawOf(context.cluster, write));
    if (answer.ok) return done(write, plan.summary);
    const { failure } = answer;
    if (failure.kind === 'unreachable') return afterSilence(context, write, authorised.executionId, failure.message);
    const refusal = refusalOf(failure, `${write.kind} ${write.name}`);
    const failed: Applied = { kind: 'failed', changed: false, refusal, message: refusal.message };
    if (failure.kind !== 'conflict' || attempt === ATTEMPTS) return failed;
    const again = await action.plan(context);
    if (!again.ok) return { kind: 'failed', changed: false, refusal: again.refusal, message: again.refusal.message };
    if (again.plan.digest !== authorised.plan.digest) return failed;
    plan = again.plan;
  }
}

/** The answer got lost: whether the change was made is read from the object. */
async function afterSilence(
  context: ActionContext,
  write: FieldWrite,
  executionId: string,
  message: string,
): Promise<Applied> {
  const marked = await hasMark(context.cluster, write, MARK, executionId);
  if (marked.ok && marked.value) return done(write, 'The change was made, though the answer to it got lost.');
  return { kind: 'failed', changed: !marked.ok, refusal: { code: 'unreachable', message }, message };
}

/** For after a crash: done when the object carries this execution's mark; unknown (failed, perhaps changed) when nobody can say. */
export async function fieldWasApplied(
  context: ActionContext,
  plan: Plan,
  executionId: string,
): Promise<Applied | null> {
  const write = writeOf(plan.data);
  if (!write) return null;
  const marked = await hasMark(context.cluster, write, MARK, executionId);
  if (marked.ok) return marked.value ? done(write, plan.summary) : null;
  if (marked.failure.kind === 'not_found') return null;
  const refusal = refusalOf(marked.failure, `${write.kind} ${write.name}`);
  return {
    kind: 'failed',
    changed: true,
    refusal,
    message: `Whether the change was made can't be told: ${refusal.message}`,
  };
}

/** Puts the field back if it still holds what was written. Done twice is done once: the undo has a mark of its own. */
export async function undoField(context: ActionContext, execution: Execution): Promise<Applied> {
  const write = writeOf(execution.undo ?? execution.recommendation.plan.data);
  if (!write) return broken('What was there before is not known.');
  const subject = `${write.kind} ${write.name}`;
  for (let attempt = 1; ; attempt += 1) {
    const raw = await context.cluster.rawWorkload(write);
    if (!raw.ok) return failedWith(refusalOf(raw.failure, subject), false);
    const standing = undoState(raw.value, write, execution.id);
    if (standing) return standing;
    const version = readPath(raw.value, ['metadata', 'resourceVersion']);
    const setting = {
      value: write.before,
      annotations: { [UNDO_MARK]: execution.id },
      resourceVersion: typeof version === 'string' ? version : null,
      dryRun: false,
    };
    const answer = await setField(context.cluster, write, setting, raw.value);
    if (answer.ok) return { kind: 'done', undo: null, message: `${subject}: what was there before is back.` };
    const again = answer.failure.kind === 'conflict' || answer.failure.kind === 'unreachable';
    if (!again || attempt === ATTEMPTS)
      return failedWith(refusalOf(answer.failure, subject), answer.failure.kind === 'unreachable');
  }
}

/** What there is to say without writing; null when the field is to be put back. */
function undoState(raw: Record<string, unknown>, write: FieldWrite, executionId: string): Applied | null {
  const subject = `${write.kind} ${write.name}`;
  if (readPath(raw, ['metadata', 'uid']) !== write.uid)
    return failedWith({ code: 'target_gone', message: `${subject} is another object now.` }, false);
  const current = readPath(raw, write.path);
  if (sameJson(current, write.before) || readPath(raw, ['metadata', 'annotations', UNDO_MARK]) === executionId)
    return { kind: 'done', undo: null, message: `${subject}: what was there before is back already.` };
  if (sameJson(current, write.wrote)) return null;
  const message = `${subject}: ${write.path.join('.')} was changed by somebody else since, so it is left as it is.`;
  return failedWith({ code: 'plan_changed', message }, false);
}

async function rawOf(cluster: Cluster, write: FieldWrite): Promise<Record<string, unknown> | null> {
  if (write.path.join('.') !== 'spec.template') return null;
  const raw = await cluster.rawWorkload(write);
  return raw.ok ? raw.value : null;
}

async function hasMark(
  cluster: Cluster,
  write: FieldWrite,
  mark: string,
  executionId: string,
): Promise<ClusterResult<boolean>> {
  const raw = await cluster.rawWorkload(write);
  if (!raw.ok) return raw;
  const same = readPath(raw.value, ['metadata', 'uid']) === write.uid;
  return { ok: true, value: same && readPath(raw.value, ['metadata', 'annotations', mark]) === executionId };
}

/** The write that a plan or an execution carries; null when it carries none. */
export function writeOf(data: Record<string, unknown>): FieldWrite | null {
  return isFieldWrite(data.write) ? data.write : null;
}

function isFieldWrite(value: unknown): value is FieldWrite {
  return (
    isRecord(value) &&
    Array.isArray(value.path) &&
    typeof value.uid === 'string' &&
    typeof value.name === 'string' &&
    isRecord(value.annotations)
  );
}

function done(write: FieldWrite, message: string): Applied {
  return { kind: 'done', undo: { write }, message };
}

function failedWith(refusal: Refusal, changed: boolean): Applied {
  return { kind: 'failed', changed, refusal, message: refusal.message };
}

function broken(message: string): Applied {
  return { kind: 'failed', changed: false, refusal: { code: 'invalid', message }, message };
}
