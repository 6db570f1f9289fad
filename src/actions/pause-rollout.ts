import { changedMigration, lastHealthy } from '../domain/former-revision.ts';
import { readPath } from '../domain/object-path.ts';
import type { ActionContext } from '../extension-points.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { noPodTouched } from './edit/scaler.ts';
import { lookAtTarget, troubledPods, type WorkloadLook } from './workload/look.ts';
import { newestPods } from './workload/settle.ts';

/** Holds a rollout where it is, while its new pods fail and the old ones still serve: it goes no further until somebody has looked. It cures nothing that has happened already. */
const pauseRollout = editing({
  name: 'pause_rollout',
  title: 'Pause a rollout',
  rungs: ['mitigate'],
  reversible: true,
  cures: { rollout: [6, 6], '*': [1, 8] },
  against: { namespace: [], workload: [] },
  params: { only: '`migration`: only where a rollback would go back across a changed database migration' },
  paramFault: ({ only }) =>
    only === undefined || only === 'migration' ? null : { param: 'only', message: 'must be `migration`, or absent' },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  async intend(context: ActionContext): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const { workload, rollout, pods } = look;
    const name = `${workload.kind} ${workload.name}`;
    if (workload.kind !== 'Deployment')
      return no('unsupported', `${name}: only the rollout of a Deployment can be paused.`);
    if (context.step.params.only === 'migration' && !isPastMigration(look))
      return no('not_needed', `${name} can be rolled back: no migration stands against it.`);
    if (workload.paused) return no('not_needed', `${name} is paused already.`);
    if (rollout.name === 'complete') return no('not_needed', `${name} isn't being rolled out: ${rollout.message}.`);
    const newest = newestPods(look);
    const bad = troubledPods(newest);
    const named = context.findings.some(
      ({ kind, what, about, strength }) =>
        kind === 'change' && what === 'rollout' && strength >= 0.5 && about.name === workload.name,
    );
    if (bad.length === 0 && !named && rollout.name !== 'stuck')
      return no('not_needed', `${name} is being rolled out (${rollout.message}), and none of its new pods fails.`);
    const serving = pods.filter((pod) => pod.ready && !newest.includes(pod)).length;
    if (serving === 0)
      return no('not_needed', `${name} has no older pods left that serve: a pause would keep nothing.`);
    return {
      ok: true,
      intent: {
        ...ofWorkload(look),
        fields: [{ path: ['spec', 'paused'], value: true }],
        summary: `Pause the rollout of ${workload.name}, with ${serving} older ${serving === 1 ? 'pod' : 'pods'} serving`,
        blastRadius: noPodTouched(
          workload.namespace,
          workload.name,
          pods.length,
          'No pod is touched; none is replaced any more.',
        ),
        notes: [
          `It stays paused until somebody resumes it (\`kubectl rollout resume deployment/${workload.name} -n ${workload.namespace}\`) or rolls it back.`,
        ],
      },
    };
  },
  settled: async (_context, { place }) => ({ kind: 'settled', message: `The rollout of ${place.name} is paused.` }),
});

/** What a migration did to a database isn't taken back with the program: then a rollback is no step. */
function isPastMigration({ workload, revisions, raw }: WorkloadLook): boolean {
  const current = { revision: workload.revision, template: readPath(raw, ['spec', 'template']) };
  const good = lastHealthy(revisions, current, undefined);
  return good !== null && good !== undefined && changedMigration(good.template, current.template) !== null;
}

const no = (code: 'unsupported' | 'not_needed', message: string): Intended => ({
  ok: false,
  refusal: { code, message },
});

export default pauseRollout;
