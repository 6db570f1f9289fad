import { managerNotes } from '../domain/managed-by.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { type ObjectPath, pathText, readPath } from '../domain/object-path.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange, Finding, Refusal } from '../domain/types.ts';
import type { Action, ActionContext, ActionLimits, Planned } from '../extension-points.ts';
import type { ContainerInfo } from '../ports/cluster.ts';
import { applyField, type FieldWrite, fieldWasApplied, setField, undoField, writeOf } from './workload/field-change.ts';
import { inTheWay, type Look, lookAtTarget, refused } from './workload/look.ts';
import { ROLLING_PERMISSIONS, rollingBlastRadius } from './workload/rolling.ts';
import { settleRollout } from './workload/settle.ts';

const FACTOR = 1.5;
const MI = 2 ** 20;
const STEP_BYTES = 64 * MI;

/** The troubled container's memory limit, half as much again in whole 64Mi; its request stays. It buys time against a leak and cures a limit that is too tight. */
const increaseMemoryLimit: Action = {
  name: 'increase_memory_limit',
  title: 'Raise the memory limit',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  cures: {
    memory_limit: [19, 1],
    oom_killed: [6, 4],
    leak: [1, 8],
    memory: [3, 4],
    rollout: [1, 8],
    '*': [1, 4],
  },
  against: { namespace: [], workload: [] },
  permissions: ROLLING_PERMISSIONS,
  async plan(context) {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const busy = inTheWay(looked.look, 'raising a limit');
    if (busy) return { ok: false, refusal: busy };
    const chosen = chooseLimit(looked.look, context.findings, context.limits);
    return 'code' in chosen ? { ok: false, refusal: chosen } : planLimit(context, looked.look, chosen);
  },
  wasApplied: fieldWasApplied,
  apply: (context, authorised) => applyField(increaseMemoryLimit, context, authorised),
  async settled(context, execution) {
    const write = writeOf(execution.recommendation.plan.data);
    if (!write) return { kind: 'failed', message: 'The plan holds no change.' };
    return settleRollout(context, write, execution.startedAt, ({ raw }) =>
      readPath(raw, write.path) === write.wrote
        ? null
        : `${write.name}: somebody else changed ${pathText(write.path)} since.`,
    );
  },
  undo: undoField,
};

type Chosen = { container: ContainerInfo; path: ObjectPath; before: string; after: string };

function chooseLimit(look: Look, findings: Finding[], limits: ActionLimits): Chosen | Refusal {
  const { workload, raw } = look;
  const container = troubledContainer(look, findings);
  const limit = container?.memoryLimitBytes;
  if (!container || !limit)
    return {
      code: 'not_needed',
      message: `${workload.kind} ${workload.name} has no memory limit: there is nothing to raise.`,
    };
  const wished = Math.min(
    Math.ceil((limit * FACTOR) / STEP_BYTES) * STEP_BYTES,
    Math.floor(limits.maxMemoryBytes / MI) * MI,
  );
  if (wished <= limit)
    return {
      code: 'at_limit',
      message: `Container ${container.name} of ${workload.name} may use ${Math.round(limit / MI)}Mi already; Nightshift may set at most ${Math.floor(limits.maxMemoryBytes / MI)}Mi (\`limits.maxMemoryBytes\`).`,
    };
  const path = ['spec', 'template', 'spec', 'containers', `name=${container.name}`, 'resources', 'limits', 'memory'];
  return { container, path, before: String(readPath(raw, path) ?? ''), after: `${wished / MI}Mi` };
}

/** The one that was killed for its memory, last first; else one that a finding names; else the one with the largest limit. */
function troubledContainer({ workload, pods }: Look, findings: Finding[]): ContainerInfo | undefined {
  const limited = workload.containers.filter((container) => container.memoryLimitBytes !== null);
  const kills = pods
    .flatMap((pod) => pod.containers)
    .filter((container) => container.lastExit?.reason === 'OOMKilled')
    .sort((left, right) => (right.lastExit?.finishedAt ?? 0) - (left.lastExit?.finishedAt ?? 0));
  const killed = limited.find((container) => container.name === kills[0]?.name);
  const named = limited.find((container) =>
    findings.some((finding) => finding.message.includes(`container ${container.name}`)),
  );
  const largest = [...limited].sort((left, right) => (right.memoryLimitBytes ?? 0) - (left.memoryLimitBytes ?? 0))[0];
  return killed ?? named ?? largest;
}

async function planLimit(
  { cluster, clock }: ActionContext,
  look: Look,
  { container, path, before, after }: Chosen,
): Promise<Planned> {
  const { workload, raw } = look;
  const { kind, namespace, name, uid, resourceVersion } = workload;
  const write: FieldWrite = {
    kind,
    namespace,
    name,
    uid,
    resourceVersion,
    path,
    before,
    wrote: after,
    annotations: {},
  };
  const dry = await setField(
    cluster,
    write,
    { value: after, annotations: {}, resourceVersion: null, dryRun: true },
    raw,
  );
  if (!dry.ok) return refused(dry.failure, `${kind} ${name}`);
  const changes: FieldChange[] = [{ path: pathText(path), before, after }];
  return {
    ok: true,
    plan: {
      action: 'increase_memory_limit',
      target: { kind, namespace, name, uid },
      changes,
      diff: objectDiff(`${namespace}/${name}`, raw, dry.value.object),
      summary: `Raise the memory limit of ${name} (container ${container.name}) from ${before} to ${after}`,
      reversible: true,
      blastRadius: rollingBlastRadius(look, () => false),
      notes: [...requestNotes(container), ...managerNotes(workload, pathText(path))],
      digest: planDigest('increase_memory_limit', uid, changes),
      data: { write },
      plannedAt: clock.now(),
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
