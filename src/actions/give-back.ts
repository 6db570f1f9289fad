import { sameJson } from '../domain/object-path.ts';
import { blastRadius } from '../domain/plan.ts';
import type { BlastRadius, FieldChange } from '../domain/types/plan.ts';
import type { Step } from '../domain/types/playbook.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { ActionContext } from '../extension-points.ts';
import { editing, type Intended, type Intent } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { editOf, type FieldEdit, fieldOf, type ObjectEdit } from './edit/object-edit.ts';
import { lookForScaler } from './edit/scaler.ts';
import { cannotLook, inTheWay, lookAtTarget, type WorkloadLook } from './workload/look.ts';
import { ROLLING_PERMISSIONS, rollingBlastRadius } from './workload/rolling.ts';
import { settleRollout } from './workload/settle.ts';

/**
 * What cured an incident and may have been needed for its time alone (a raised limit, more replicas) goes back to what it was: only fields that still hold what was written then. Asked about once the incident has closed; as
 * every step it is verified, and taken back where somebody is worse without it.
 */
const giveBack = editing({
  name: 'give_back',
  title: 'Give back what cured it',
  rungs: ['rollback'],
  reversible: true,
  proposed: true,
  cures: { '*': [1, 1] },
  against: { namespace: [], workload: [] },
  params: { edit: 'the fields that were written, as the execution kept them; only a proposal knows them' },
  paramFault: ({ edit }) =>
    readEdit(edit) ? null : { param: 'edit', message: 'must be fields that Nightshift wrote' },
  permissions: [
    ...ROLLING_PERMISSIONS,
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list', 'patch'] },
    { group: 'autoscaling.k8s.io', resource: 'verticalpodautoscalers', verbs: ['get', 'list', 'patch'] },
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list', 'patch'] },
  ],
  intend,
  async settled(context, _edit, { startedAt }) {
    const of = await workloadOf(context);
    if (!of.ok) return { kind: 'in_progress', message: of.refusal.message };
    const { namespace, name, uid } = of.look.workload;
    return settleRollout(context, { namespace, name, uid }, startedAt, () => null);
  },
});

async function intend(context: ActionContext): Promise<Intended> {
  const { cluster, step } = context;
  const written = readEdit(step.params.edit);
  if (!written) return no('invalid', 'What was written is not known.');
  const { place, uid, fields } = written.edit;
  const subject = `${place.kind.kind} ${place.name}`;
  const of = await workloadOf(context);
  if (!of.ok) return of;
  const own = ofWorkload(of.look);
  const isWorkload = place.kind.kind === own.kind.kind;
  const found = isWorkload ? ({ ok: true, value: own.object } as const) : await cluster.custom.get(place);
  if (!found.ok) return cannotLook(found.failure, subject);
  if (found.value.uid !== uid) return no('target_gone', `${subject} is another object now.`);
  const ours = fields.filter(({ path, wrote }) => sameJson(fieldOf(found.value.object, path), wrote));
  if (ours.length < fields.length) return no('not_needed', `${subject}: somebody has changed what was written then.`);
  const busy = inTheWay(of.look, 'giving it back');
  return busy ? { ok: false, refusal: busy } : { ok: true, intent: intentOf(written, found.value, of.look) };
}

function intentOf({ edit, said }: Written, object: Intent['object'], look: WorkloadLook): Intent {
  const { kind, namespace, name, uid } = look.workload;
  const words = edit.fields.map(({ before, wrote }, index) => ({
    before: said[index]?.after ?? textOf(wrote),
    after: said[index]?.before ?? textOf(before),
  }));
  const back = edit.fields.map(
    ({ path }, index) => `${path.at(-1)} from ${words[index]?.before} to ${words[index]?.after}`,
  );
  return {
    kind: edit.place.kind,
    object,
    target: { kind, namespace, name, uid },
    fields: edit.fields.map(({ path, before }, index) => ({ path, value: before, words: words[index]! })),
    summary: `Set back ${edit.place.kind.kind} ${edit.place.name}: ${back.join(', ')}`,
    blastRadius: radiusOf(edit, look),
    notes: [],
    keeping: words[0]?.before ?? '',
  };
}

/** The workload itself, or the one that the autoscaler scales. */
async function workloadOf(context: ActionContext) {
  const { kind } = context.target;
  if (kind !== 'HorizontalPodAutoscaler' && kind !== 'ScaledObject') return lookAtTarget(context);
  const scaler = await lookForScaler(context);
  if (!scaler.ok) return scaler;
  return lookAtTarget({ ...context, target: scaler.look?.workload ?? context.target });
}

/** A template's pods are all replaced; of fewer replicas those beyond the number may go. */
function radiusOf({ fields }: ObjectEdit, look: WorkloadLook): BlastRadius {
  const { workload, pods } = look;
  const fewer = fewerThan(fields, workload.replicas);
  if (fewer === null) return rollingBlastRadius(look, () => false);
  const podsReady = pods.filter(({ ready }) => ready).length;
  const away = Math.min(fewer, podsReady);
  return blastRadius({
    namespace: workload.namespace,
    service: workload.name,
    podsTotal: pods.length,
    podsReady,
    podsAffected: fewer,
    readyAffected: away,
    readyAwayAtOnce: away,
    message: fewer === 0 ? 'No pod has to go now.' : `Up to ${fewer} of ${pods.length} pods may go, and stay away.`,
  });
}

/** How many pods may go by it; null: it is no number of pods. */
function fewerThan(fields: FieldEdit[], now: number): number | null {
  const counts = fields.filter(({ path }) => /replica/i.test(path.at(-1) ?? ''));
  if (counts.length < fields.length) return null;
  const least = Math.min(...counts.map(({ before }) => (typeof before === 'number' ? before : 0)));
  return Math.max(0, now - Math.max(least, 1));
}

type Written = { edit: ObjectEdit; said: Pick<FieldChange, 'before' | 'after'>[] };

/** The edit as the execution kept it, and how its plan said the same. */
function readEdit(text: Step['params'][string] | undefined): Written | null {
  if (typeof text !== 'string' || text.length > MOST_TEXT) return null;
  try {
    const { edit, said } = JSON.parse(text);
    const found = editOf({ edit });
    return found && Array.isArray(said) ? { edit: found, said } : null;
  } catch {
    return null;
  }
}
const MOST_TEXT = 50_000;

const textOf = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
const no = (code: RefusalCode, message: string): Extract<Intended, { ok: false }> => ({
  ok: false,
  refusal: { code, message },
});

export default giveBack;
