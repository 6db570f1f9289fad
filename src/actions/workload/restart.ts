import { readPath } from '../../domain/object-path.ts';
import type { Refusal } from '../../domain/types/refusal.ts';
import type { Action, ActionContext } from '../../extension-points.ts';
import type { Workload } from '../../ports/cluster-objects.ts';
import { editing, type Intended } from '../edit/editing.ts';
import { ofWorkload } from '../edit/intent-of-workload.ts';
import { inTheWay, lookAtTarget, type WorkloadLook } from './look.ts';
import { notRolledOut, ROLLING_PERMISSIONS, rollingBlastRadius } from './rolling.ts';
import { settleRollout } from './settle.ts';

/** What `kubectl rollout restart` writes: the pods are replaced as the rollout strategy says, with the same template but for this. */
const RESTARTED_AT = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

/** What a kind asks for beside what all do. */
type Rule = (look: WorkloadLook) => { refusal: Refusal | null; notes: string[] };

/** By the workload's own kind, whichever action restarts it. */
const RULES: Record<Workload['kind'], Rule> = {
  Deployment: () => ({ refusal: null, notes: [] }),
  StatefulSet: ofStatefulSet,
  DaemonSet: ({ workload }) =>
    workload.replicas === 0
      ? { refusal: { code: 'not_needed', message: `DaemonSet ${workload.name} has no node to run on.` }, notes: [] }
      : { refusal: null, notes: ['Each node is without its pod while that restarts.'] },
};

/** The set waits for ever for a pod that doesn't get ready, and each holds data of its own: so all others have to serve before one more is taken away. */
function ofStatefulSet({ workload, raw }: WorkloadLook): ReturnType<Rule> {
  const { name, replicas, readyReplicas } = workload;
  if (replicas === 0)
    return { refusal: { code: 'not_needed', message: `StatefulSet ${name} is scaled to zero.` }, notes: [] };
  if (replicas - readyReplicas > 1) {
    const message = `StatefulSet ${name} has ${readyReplicas} of ${replicas} pods ready: another one away may cost it its majority. Restart the pods that are ill one at a time.`;
    return { refusal: { code: 'at_limit', message }, notes: [] };
  }
  const claims = readPath(raw, ['spec', 'volumeClaimTemplates']);
  const notes = [
    ...(replicas === 1 ? [`${name} has only one pod: it is away while that restarts.`] : []),
    ...(Array.isArray(claims) && claims.length > 0 ? ['Each pod comes back with the volume that it has.'] : []),
  ];
  return { refusal: null, notes };
}

/** A rolling restart of one kind of workload, or (null) of any. */
export function rollingRestart(of: {
  name: string;
  title: string;
  kind: Workload['kind'] | null;
  against: Action['against'];
}): Action {
  return editing({
    name: of.name,
    title: of.title,
    rungs: ['remediate'],
    cures: {
      leak: [10, 1],
      deadlock: [18, 2],
      blocked_on_dependency: [1, 8],
      latency: [3, 3],
      rollout: [1, 8],
      '*': [3, 4],
    },
    against: of.against,
    reversible: false,
    notUndone: "A restart can't be undone.",
    permissions: ROLLING_PERMISSIONS,
    async intend(context): Promise<Intended> {
      const looked = await lookAtTarget(context);
      if (!looked.ok) return looked;
      const { look } = looked;
      const { workload } = look;
      if (of.kind !== null && workload.kind !== of.kind) {
        const message = `${workload.kind} ${workload.name} is no ${of.kind}.`;
        return { ok: false, refusal: { code: 'unsupported', message } };
      }
      const { refusal, notes } = RULES[workload.kind](look);
      const busy = inTheWay(look, 'restarting it') ?? notRolledOut(look) ?? refusal;
      return busy ? { ok: false, refusal: busy } : intentOf(context, look, notes);
    },
    settled: (context, { place, uid }, { startedAt }) =>
      settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
  });
}

function intentOf({ clock }: ActionContext, look: WorkloadLook, notes: string[]): Intended {
  const before = readPath(look.raw, RESTARTED_AT);
  return {
    ok: true,
    intent: {
      ...ofWorkload(look),
      // The instant is not part of what is agreed to: the same restart a minute later is the same plan.
      fields: [
        {
          path: RESTARTED_AT,
          value: new Date(clock.now()).toISOString(),
          words: { before: String(before ?? 'never'), after: 'when it runs' },
        },
      ],
      summary: `Restart all pods of ${look.workload.name}, a few at a time`,
      blastRadius: rollingBlastRadius(look, () => false),
      notes,
    },
  };
}
