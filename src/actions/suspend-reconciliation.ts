import { readPath } from '../domain/object-path.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext } from '../extension-points.ts';
import { commitSeen, SUSPEND_PERMISSIONS, type Suspension, standsBeside, suspensionOf } from '../ports/keeper.ts';
import { editing, type Intended } from './edit/editing.ts';
import { editOf, findObject } from './edit/object-edit.ts';
import { noPodTouched } from './edit/scaler.ts';
import { cannotLook, lookAtTarget } from './workload/look.ts';
import { TEMPLATE_CURES } from './workload/template-cures.ts';

/** The commit that was seen when reconciliation was suspended, on the keeper's object. */
const AT_COMMIT = 'nightshift.dev/suspended-at-commit';

const switching = editing({
  name: 'suspend_reconciliation',
  title: 'Suspend reconciliation from Git',
  rungs: ['mitigate', 'rollback'],
  reversible: true,
  prepares: true,
  // Where the template is to blame and Git would bring it back: it makes room for the rollback.
  cures: TEMPLATE_CURES,
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    ...SUSPEND_PERMISSIONS,
  ],
  intend,
  settled: async (_context, { place }) => ({
    kind: 'settled',
    message: `${place.kind.kind} ${place.name} sets nothing back by itself now: a rollback would last.`,
  }),
});

/** Argo CD's self-heal, or a Kustomization of Flux, for as long as it takes to put Git right: without it a rollback would be set back at once. Only a person's word starts it, and it goes on as soon as Git has another commit. */
const suspendReconciliation: Action = { ...switching, neededStill };

async function intend(context: ActionContext): Promise<Intended> {
  const looked = await lookAtTarget(context);
  if (!looked.ok) return looked;
  const { workload, raw } = looked.look;
  const subject = `${workload.kind} ${workload.name}`;
  const beside = await standsBeside(context.cluster, {
    ...{ object: workload, raw, path: 'spec.template', after: 'what it was before', isRollback: true },
  });
  if (beside.refusal?.code !== 'managed_elsewhere')
    return no('not_needed', `Nobody would set back what is changed of ${subject}.`);
  const found = await suspensionOf(context.cluster, workload, raw);
  if (!found.ok) return cannotLook(found.failure, `the keeper of ${subject}`);
  if (!found.value) return no('unsupported', beside.refusal.message);
  const suspension = found.value;
  const commit = await commitSeen(context.cluster, suspension);
  if (!commit.ok) return cannotLook(commit.failure, suspension.name);
  if (commit.value === null)
    return no('no_data', `${suspension.name} doesn't say at which commit it is: nobody would know when it may go on.`);
  return intentOf(suspension, commit.value, workload);
}

function intentOf(
  { kind, object, path, value, name }: Suspension,
  commit: string,
  {
    kind: of,
    namespace,
    name: workload,
  }: { kind: 'Deployment' | 'StatefulSet' | 'DaemonSet'; namespace: string; name: string },
): Intended {
  return {
    ok: true,
    intent: {
      kind,
      object,
      target: { kind: of, namespace, name: workload, uid: object.uid },
      fields: [{ path, value }],
      annotations: { [AT_COMMIT]: commit },
      summary: `Keep ${name} from setting ${workload} back`,
      blastRadius: noPodTouched(
        namespace,
        workload,
        0,
        'No pod is touched; drift of all that it keeps stays meanwhile.',
      ),
      notes: [
        `It makes room for a rollback. Take the change back in Git (it is at ${commit}): as soon as Git has another commit, ${name} goes on by itself again.`,
      ],
      temporary: `the suspension of ${name}`,
      onlyAsked: `it takes ${workload} out of Git's hands for a while`,
    },
  };
}

/** To go on at the same commit would bring the trouble back. */
async function neededStill({ cluster }: ActionContext, execution: Execution): Promise<string | null> {
  const edit = editOf(execution.undo ?? execution.recommendation.plan.data);
  if (!edit) return null;
  const { kind, namespace, name } = edit.place;
  const found = await findObject(cluster, edit.place);
  if (!found.ok) return found.failure.kind === 'not_found' ? null : found.failure.message;
  const known = readPath(found.value.object, ['metadata', 'annotations', AT_COMMIT]);
  const object = { ...found.value, namespace, name, labels: {}, managers: [] };
  const now = await commitSeen(cluster, { kind, object });
  if (!now.ok) return now.failure.message;
  return now.value === known ? `Git is still at ${String(known)}, which would be brought back` : null;
}

const no = (code: RefusalCode, message: string): Extract<Intended, { ok: false }> => ({
  ok: false,
  refusal: { code, message },
});

export default suspendReconciliation;
