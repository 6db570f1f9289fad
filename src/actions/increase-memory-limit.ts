import { type ObjectPath, readPath } from '../domain/object-path.ts';
import { parseQuantity } from '../domain/quantity.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { ActionLimits } from '../extension-points.ts';
import type { ContainerInfo, Revision } from '../ports/cluster-objects.ts';
import { VERTICAL_AUTOSCALERS } from './edit/edited-kinds.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { lookForVertical, type VerticalLook, withLeast } from './edit/vertical.ts';
import { fullContainer } from './workload/full-container.ts';
import { inTheWay, lookAtTarget, type WorkloadLook } from './workload/look.ts';
import { notRolledOut, ROLLING_PERMISSIONS, rollingBlastRadius } from './workload/rolling.ts';
import { settleRollout } from './workload/settle.ts';

const FACTOR = 1.5;
const MI = 2 ** 20;
const STEP_BYTES = 64 * MI;

/** The memory limit of the container that is full, half as much again in whole 64Mi; its request stays. It buys time against a leak and cures a limit that is too tight. */
const increaseMemoryLimit = editing({
  name: 'increase_memory_limit',
  title: 'Raise the memory limit',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  rescales: ['memory'],
  cures: {
    memory_limit: [19, 1],
    oom_killed: [6, 4],
    config_change: [4, 5],
    leak: [1, 8],
    memory: [3, 4],
    rollout: [1, 8],
    '*': [1, 4],
  },
  against: { namespace: [], workload: [] },
  permissions: [
    ...ROLLING_PERMISSIONS,
    { group: 'autoscaling.k8s.io', resource: 'verticalpodautoscalers', verbs: ['get', 'list', 'patch'] },
  ],
  async intend(context): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const busy = inTheWay(look, 'raising a limit') ?? notRolledOut(look);
    if (busy) return { ok: false, refusal: busy };
    const full = await fullContainer(context, look);
    if (!full.ok) return full;
    const chosen = chooseLimit(look, full.container, context.limits);
    if ('code' in chosen) return { ok: false, refusal: chosen };
    const vertical = await lookForVertical(context.cluster, look.workload, chosen.container);
    if (!vertical.ok) return vertical;
    const notes = [full.message, vertical.note];
    return vertical.look ? throughAutoscaler(look, chosen, vertical.look) : intentOf(look, chosen, notes);
  },
  async settled(context, { place, uid }, { startedAt }) {
    if (place.kind.kind === VERTICAL_AUTOSCALERS.kind)
      return {
        kind: 'settled',
        message: `${place.kind.kind} ${place.name} replaces the pods that ask for less, by and by.`,
      };
    const of = { namespace: place.namespace ?? '', name: place.name, uid };
    return settleRollout(context, of, startedAt, () => null);
  },
});

type Chosen = { container: ContainerInfo; path: ObjectPath; before: string; after: string; said: string };

function chooseLimit(
  { workload, raw, revisions }: WorkloadLook,
  container: ContainerInfo,
  limits: ActionLimits,
): Chosen | Refusal {
  const limit = container.memoryLimitBytes ?? 0;
  const step = Math.ceil((limit * FACTOR) / STEP_BYTES) * STEP_BYTES;
  const former = formerLimit(revisions, workload.revision, container);
  // One that was lowered goes back to what it was.
  const wished = Math.min(Math.max(step, former?.bytes ?? 0), Math.floor(limits.maxMemoryBytes / MI) * MI);
  if (wished <= limit)
    return {
      code: 'at_limit',
      message: `Container ${container.name} of ${workload.name} may use ${Math.round(limit / MI)}Mi already; Nightshift may set at most ${Math.floor(limits.maxMemoryBytes / MI)}Mi (\`limits.maxMemoryBytes\`).`,
    };
  const path = ['spec', 'template', 'spec', 'containers', `name=${container.name}`, 'resources', 'limits', 'memory'];
  const said =
    former && wished === former.bytes
      ? `It was ${Math.round(former.bytes / MI)}Mi in revision ${former.revision}, and was lowered since.`
      : '';
  return { container, path, before: String(readPath(raw, path) ?? ''), after: quantityOf(wished), said };
}

/** A limit beside an autoscaler's would be set back at the next pod: its own bound is raised. */
function throughAutoscaler(look: WorkloadLook, { container, before, after }: Chosen, vertical: VerticalLook): Intended {
  const { workload } = look;
  const name = `VerticalPodAutoscaler ${vertical.object.name}`;
  if (!vertical.replaces) {
    const message = `${name} sets the memory of ${workload.name} as pods are made (updateMode Initial). Raise its minAllowed.memory, then restart the pods.`;
    return { ok: false, refusal: { code: 'managed_elsewhere', message } };
  }
  const bound = withLeast(vertical, container, parseQuantity(after) ?? 0);
  const { kind, namespace, uid } = workload;
  return {
    ok: true,
    intent: {
      kind: VERTICAL_AUTOSCALERS,
      object: vertical.object,
      target: { kind, namespace, name: workload.name, uid },
      fields: [
        {
          path: ['spec', 'resourcePolicy', 'containerPolicies'],
          value: bound.policies,
          words: {
            before: `container ${container.name}: minAllowed.memory ${bound.before}`,
            after: `container ${container.name}: minAllowed.memory ${bound.least}`,
          },
        },
      ],
      summary: `Raise the memory limit of ${workload.name} (container ${container.name}) from ${before} to ${after}, through ${name}`,
      mitigates: limitWords(workload.name, container.name, before, after),
      blastRadius: rollingBlastRadius(look, () => false),
      notes: [
        `${name} sets its memory and keeps request and limit in proportion, so its least is raised; it replaces the pods one by one.`,
      ],
    },
  };
}

const limitWords = (name: string, container: string, before: string, after: string): string =>
  `a memory limit of ${after} for ${name} (container ${container}, it had ${before})`;

const quantityOf = (bytes: number): string => (bytes % MI === 0 ? `${bytes / MI}Mi` : String(bytes));

/** The limit of the same container in the revision before, where that was higher. */
function formerLimit(revisions: Revision[], current: number, { name, memoryLimitBytes }: ContainerInfo) {
  const [before] = revisions.filter(({ revision }) => revision < current);
  const told = readPath(before?.template, ['spec', 'containers', `name=${name}`, 'resources', 'limits', 'memory']);
  const bytes = typeof told === 'string' || typeof told === 'number' ? parseQuantity(told) : null;
  return before && bytes !== null && bytes > (memoryLimitBytes ?? 0) ? { bytes, revision: before.revision } : null;
}

function intentOf(look: WorkloadLook, { container, path, before, after, said }: Chosen, more: string[]): Intended {
  const { workload } = look;
  return {
    ok: true,
    intent: {
      ...ofWorkload(look),
      fields: [{ path, value: after }],
      summary: `Raise the memory limit of ${workload.name} (container ${container.name}) from ${before} to ${after}`,
      mitigates: limitWords(workload.name, container.name, before, after),
      blastRadius: rollingBlastRadius(look, () => false),
      notes: [said, ...more, ...requestNotes(container)].filter((note) => note !== ''),
    },
  };
}

function requestNotes({ name, memoryRequestBytes, memoryLimitBytes }: ContainerInfo): string[] {
  if (memoryRequestBytes === null)
    return [
      `Container ${name} has no memory request, so Kubernetes takes the limit for it: each pod reserves more on its node.`,
    ];
  if (memoryRequestBytes === memoryLimitBytes)
    return [`The request of container ${name} stays, so its pods lose the QoS class Guaranteed.`];
  return [];
}

export default increaseMemoryLimit;
