import { managerNotes } from '../../domain/managed-by.ts';
import { pathText, readPath } from '../../domain/object-path.ts';
import type { Action, ActionContext } from '../../extension-points.ts';
import type { Workload } from '../../ports/cluster.ts';
import { editing, type Intended } from '../edit/editing.ts';
import { ofWorkload } from '../edit/of-workload.ts';
import { inTheWay, type Look, lookAtTarget } from './look.ts';
import { notRolledOut, ROLLING_PERMISSIONS, rollingBlastRadius } from './rolling.ts';
import { settleRollout } from './settle.ts';

/** What `kubectl rollout restart` writes: the pods are replaced as the rollout strategy says, with the same template but for this. */
const RESTARTED_AT = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

const RESTARTS = {
  Deployment: 'restart_deployment',
  StatefulSet: 'restart_statefulset',
  DaemonSet: 'restart_daemonset',
};

/** A rolling restart of one kind of workload. `extra` is what that kind asks for beside what all do. */
export function rollingRestart(of: {
  name: string;
  title: string;
  kind: Workload['kind'];
  against: Action['against'];
  extra(look: Look): {
    refusal: { code: 'not_needed' | 'unsupported' | 'at_limit'; message: string } | null;
    notes: string[];
  };
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
      if (workload.kind !== of.kind) {
        const message = `${workload.kind} ${workload.name} is no ${of.kind}: ${RESTARTS[workload.kind]} restarts it.`;
        return { ok: false, refusal: { code: 'unsupported', message } };
      }
      const { refusal, notes } = of.extra(look);
      const busy = inTheWay(look, 'restarting it') ?? notRolledOut(look) ?? refusal;
      return busy ? { ok: false, refusal: busy } : intentOf(context, look, notes);
    },
    settled: (context, { place, uid }, { startedAt }) =>
      settleRollout(context, { namespace: place.namespace ?? '', name: place.name, uid }, startedAt, () => null),
  });
}

function intentOf({ clock }: ActionContext, look: Look, notes: string[]): Intended {
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
      notes: [...notes, ...managerNotes(look.workload, pathText(RESTARTED_AT))],
    },
  };
}
