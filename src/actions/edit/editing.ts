import type { Authorised } from '../../domain/authorise.ts';
import { objectDiff } from '../../domain/object-diff.ts';
import { type ObjectPath, pathText, readPath, sameJson } from '../../domain/object-path.ts';
import { planDigest } from '../../domain/plan.ts';
import type { EntityRef } from '../../domain/types/entity.ts';
import type { Execution } from '../../domain/types/execution.ts';
import type { BlastRadius, FieldChange, Plan } from '../../domain/types/plan.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned, Settled } from '../../extension-points.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';
import { KEEPER_PERMISSIONS, standsBeside, type Wish } from '../../ports/keeper.ts';
import { cannotLook, refusalOf } from '../workload/look.ts';
import { applyAuthorised, cannotTell, failedWith, type Tried, takeBack } from './attempts.ts';
import { MARK, UNDO_MARK } from './mark.ts';
import {
  editOf,
  type FoundObject,
  fieldOf,
  findObject,
  type ObjectEdit,
  setFields,
  toldDigest,
} from './object-edit.ts';

/** What an action wants of one object: some of its fields set, everything else left. */
export type Intent = {
  kind: CustomKind;
  object: FoundObject & Pick<CustomObject, 'namespace' | 'name' | 'labels' | 'managers'>;
  /** What the step is aimed at and locked by: the object itself, or (with a uid) what the object is about. */
  target: EntityRef & { uid?: string };
  /** `value` null takes a field away. `words` where the values themselves are no reading. */
  fields: { path: ObjectPath; value: unknown; words?: { before: string; after: string } }[];
  /** Parts of those values that a person should see by themselves. */
  alsoSaid?: FieldChange[];
  summary: string;
  blastRadius: BlastRadius;
  notes: string[];
  /** Further annotations that go with the change. */
  annotations?: Record<string, string>;
  reversible?: boolean;
  /** It goes back to what there was before: in Git that is a revert. */
  isRollback?: true;
  /** As in `Plan`. */
  temporary?: string;
  mitigates?: string;
  /** It gives back what stands: what to set where the manifest is kept for that to stay instead. */
  keeping?: string;
  onlyAsked?: string;
};
export type Intended = { ok: true; intent: Intent } | { ok: false; refusal: Refusal };

type Editing = Omit<Action, 'plan' | 'wasApplied' | 'apply' | 'settled' | 'undo'> & {
  /** A fresh look, and what follows from it; changes nothing. */
  intend(context: ActionContext): Promise<Intended>;
  /** Asked once the fields are seen to hold what was written. */
  settled(context: ActionContext, edit: ObjectEdit, execution: Execution): Promise<Settled>;
  /** Why it can't be undone, where it can't. */
  notUndone?: string;
};

/** An action that sets fields of one object: dry run, diff, the mark in the same patch, what to do when an answer is lost, and undo are the same for all of them. */
export function editing({ intend, settled, notUndone, ...rest }: Editing): Action {
  const plan = async (context: ActionContext): Promise<Planned> => {
    const intended = await intend(context);
    if (!intended.ok) return intended;
    const { intent } = intended;
    const beside = await standsBeside(context.cluster, wishOf(intent));
    if (beside.refusal) return { ok: false, refusal: beside.refusal };
    const lasting = beside.notes.length === 0 && intent.keeping !== undefined ? [lastingNote(intent)] : beside.notes;
    const notes = [...intent.notes, ...lasting];
    return planEdit(context, rest.name, rest.reversible, { ...intent, notes });
  };
  return {
    ...rest,
    permissions: [...rest.permissions, ...KEEPER_PERMISSIONS],
    plan,
    wasApplied,
    apply: (context, authorised) => applyEdit(plan, context, authorised),
    settled: (context, execution) => settledEdit(context, execution, settled),
    undo:
      notUndone === undefined ? undoEdit : async () => failedWith({ code: 'unsupported', message: notUndone }, false),
  };
}

/** Nobody is known to keep the object: where its manifest is only people know. */
const lastingNote = ({ fields, keeping }: Intent): string =>
  `To keep it, set ${pathText(fields[0]?.path ?? [])} to ${keeping} where its manifest is kept (Git, the values of a chart): the next time that is applied sets it back.`;

/** The first field stands for all: they go together. */
function wishOf({ kind, object, fields, isRollback, keeping }: Intent): Wish {
  const [field] = fields;
  return {
    object: { ...object, kind: kind.kind },
    raw: object.object,
    path: pathText(field?.path ?? []),
    after: keeping ?? field?.words?.after ?? textOf(field?.value ?? null),
    ...(isRollback ? { isRollback } : {}),
  };
}

async function planEdit(
  { cluster, clock }: ActionContext,
  action: string,
  reversible: boolean,
  intent: Intent,
): Promise<Planned> {
  const { kind, object, target, fields } = intent;
  const { uid, resourceVersion, namespace, name } = object;
  const place = { kind, namespace, name };
  const subject = `${kind.kind} ${name}`;
  const options = { annotations: {}, resourceVersion: null, dryRun: true };
  const dry = await setFields(cluster, { place, uid }, object.object, fields, options);
  if (!dry.ok) return cannotLook(dry.failure, subject);
  const edit: ObjectEdit = {
    place,
    uid,
    resourceVersion,
    told: toldDigest(object.object),
    ...(intent.annotations ? { annotations: intent.annotations } : {}),
    fields: fields.map(({ path }) => ({
      path,
      before: fieldOf(object.object, path),
      wrote: fieldOf(dry.value, path),
    })),
  };
  const prefix = target.kind === kind.kind ? '' : `${subject} `;
  const changes: FieldChange[] = fields.map(({ path, value, words }) => ({
    path: `${prefix}${pathText(path)}`,
    before: words?.before ?? textOf(fieldOf(object.object, path)),
    after: words?.after ?? textOf(value),
  }));
  changes.push(...(intent.alsoSaid ?? []));
  return {
    ok: true,
    plan: {
      action,
      target: { ...target, uid: target.uid ?? uid },
      changes,
      diff: objectDiff(namespace === null ? name : `${namespace}/${name}`, object.object, dry.value),
      summary: intent.summary,
      reversible: intent.reversible ?? reversible,
      ...(intent.temporary === undefined ? {} : { temporary: intent.temporary }),
      ...(intent.mitigates === undefined ? {} : { mitigates: intent.mitigates }),
      blastRadius: intent.blastRadius,
      ...(intent.onlyAsked === undefined ? {} : { onlyAsked: intent.onlyAsked }),
      notes: intent.notes,
      digest: planDigest(action, target.uid ?? uid, changes),
      data: { edit },
      plannedAt: clock.now(),
    },
  };
}

const textOf = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

async function applyEdit(plan: Action['plan'], context: ActionContext, authorised: Authorised): Promise<Applied> {
  return applyAuthorised(plan, context, authorised, (current) => tryEdit(context, current, authorised.executionId));
}

async function tryEdit(context: ActionContext, current: Plan, executionId: string): Promise<Tried> {
  const edit = editOf(current.data);
  if (!edit) return { ended: failedWith({ code: 'invalid', message: 'The plan holds no change.' }, false) };
  const found = await findObject(context.cluster, edit.place);
  if (!found.ok) return { ended: failedWith(refusalOf(found.failure, nameOf(edit)), false) };
  const settings = edit.fields.map(({ path, wrote }) => ({ path, value: wrote }));
  const options = {
    annotations: { ...edit.annotations, [MARK]: executionId },
    // Its status may be newer at any moment, while pods come and go: that is no other plan.
    resourceVersion: toldDigest(found.value.object) === edit.told ? found.value.resourceVersion : edit.resourceVersion,
    dryRun: false,
  };
  const answer = await setFields(context.cluster, edit, found.value.object, settings, options);
  if (answer.ok) return { ended: done(edit, current.summary) };
  const { failure } = answer;
  if (failure.kind === 'unreachable' || failure.kind === 'conflict') {
    const made = await wasApplied(context, current, executionId);
    if (made?.kind === 'done' && failure.kind === 'unreachable')
      return { ended: { ...made, message: 'The change was made, though the answer to it got lost.' } };
    if (made) return { ended: made };
  }
  const stopped = failedWith(refusalOf(failure, nameOf(edit)), false);
  return failure.kind === 'conflict' ? { outdated: stopped } : { ended: stopped };
}

/** Done when the object carries this execution's mark; unknown (failed, perhaps changed) when nobody can say. */
async function wasApplied(
  { cluster }: ActionContext,
  { data, summary }: Plan,
  executionId: string,
): Promise<Applied | null> {
  const edit = editOf(data);
  if (!edit) return null;
  const found = await findObject(cluster, edit.place);
  if (found.ok)
    return found.value.uid === edit.uid && found.value.annotations[MARK] === executionId ? done(edit, summary) : null;
  if (found.failure.kind === 'not_found') return null;
  return cannotTell('the change was made', refusalOf(found.failure, nameOf(edit)));
}

async function settledEdit(context: ActionContext, execution: Execution, more: Editing['settled']): Promise<Settled> {
  const edit = editOf(execution.undo ?? execution.recommendation.plan.data);
  if (!edit) return { kind: 'failed', message: 'The plan holds no change.' };
  const found = await findObject(context.cluster, edit.place);
  if (!found.ok) {
    const { message } = refusalOf(found.failure, nameOf(edit));
    return { kind: found.failure.kind === 'not_found' ? 'failed' : 'in_progress', message };
  }
  if (found.value.uid !== edit.uid) return { kind: 'failed', message: `${nameOf(edit)} is another object now.` };
  const other = edit.fields.find(({ path, wrote }) => !sameJson(fieldOf(found.value.object, path), wrote));
  if (other)
    return { kind: 'failed', message: `${nameOf(edit)}: somebody else changed ${pathText(other.path)} since.` };
  return more(context, edit, execution);
}

/** Puts back the fields that still hold what was written. Done twice is done once: the undo has a mark of its own. */
async function undoEdit({ cluster }: ActionContext, execution: Execution): Promise<Applied> {
  const edit = editOf(execution.undo ?? execution.recommendation.plan.data);
  if (!edit) return failedWith({ code: 'invalid', message: 'What was there before is not known.' }, false);
  return takeBack(nameOf(edit), async () => {
    const found = await findObject(cluster, edit.place);
    if (!found.ok) return { ended: failedWith(refusalOf(found.failure, nameOf(edit)), false) };
    const standing = standingOf(edit, found.value, execution.id);
    if ('kind' in standing) return { ended: standing };
    const settings = standing.ours.map(({ path, before }) => ({ path, value: before }));
    const options = {
      annotations: { [UNDO_MARK]: execution.id },
      resourceVersion: found.value.resourceVersion,
      dryRun: false,
    };
    const answer = await setFields(cluster, edit, found.value.object, settings, options);
    return answer.ok ? { ended: back(edit, standing.others) } : { failure: answer.failure };
  });
}

/** What there is to say without writing; else the fields that are to be put back, and those that somebody else has changed since. */
function standingOf(
  edit: ObjectEdit,
  found: FoundObject,
  executionId: string,
): Applied | { ours: ObjectEdit['fields']; others: ObjectEdit['fields'] } {
  const subject = nameOf(edit);
  if (found.uid !== edit.uid)
    return failedWith({ code: 'target_gone', message: `${subject} is another object now.` }, false);
  const left = edit.fields.filter(({ path, before }) => !sameJson(fieldOf(found.object, path), before));
  if (left.length === 0 || readPath(found.object, ['metadata', 'annotations', UNDO_MARK]) === executionId)
    return { kind: 'done', undo: null, message: `${subject}: what was there before is back already.` };
  const ours = left.filter(({ path, wrote }) => sameJson(fieldOf(found.object, path), wrote));
  const others = left.filter((field) => !ours.includes(field));
  if (ours.length > 0) return { ours, others };
  const message = `${subject}: ${others.map(({ path }) => pathText(path)).join(', ')} was changed by somebody else since, so it is left as it is.`;
  return failedWith({ code: 'not_needed', message }, false);
}

function back(edit: ObjectEdit, others: ObjectEdit['fields']): Applied {
  const but =
    others.length === 0
      ? ''
      : ` ${others.map(({ path }) => pathText(path)).join(', ')} was changed by somebody else since and is left as it is.`;
  return { kind: 'done', undo: null, message: `${nameOf(edit)}: what was there before is back.${but}` };
}

const nameOf = ({ place }: ObjectEdit): string => `${place.kind.kind} ${place.name}`;
const done = (edit: ObjectEdit, message: string): Applied => ({ kind: 'done', undo: { edit }, message });
