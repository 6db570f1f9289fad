import { change, objects } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Pod } from '../kinds.ts';
import { controllerOf, timestamp } from '../objects.ts';
import { isFinished, setCondition } from '../pods.ts';
import { parseQuantity } from '../quantity.ts';
import type { World } from '../world.ts';
import { refusalOf } from './fit.ts';
import { addTo, loadOf, type NodeLoad } from './node-load.ts';
import { preempt } from './preemption.ts';
import { hasUnboundClaim, missingClaim } from './volumes.ts';

const UNBOUND = 'pod has unbound immediate PersistentVolumeClaims';

/** Places pods that have no node yet, highest priority first, each on the emptiest node that fits it. */
export function stepScheduler(world: World): void {
  const pods = objects(world, 'pods');
  const waiting = pods.filter(
    (pod) => pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined && !isFinished(pod),
  );
  if (waiting.length === 0) return;
  const loads = objects(world, 'nodes').map((node) => loadOf(node, pods));
  for (const pod of [...waiting].sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0)))
    place(world, pod, loads);
}

function place(world: World, pod: Pod, loads: readonly NodeLoad[]): void {
  const claim = missingClaim(world, pod);
  const reasons = new Map<string, number>();
  if (claim !== undefined) {
    reject(world, pod, loads.length, new Map([[`persistentvolumeclaim "${claim}" not found`, loads.length]]), false);
    return;
  }
  if (hasUnboundClaim(world, pod)) {
    reject(world, pod, loads.length, new Map([[UNBOUND, loads.length]]), false);
    return;
  }
  const fitting: NodeLoad[] = [];
  for (const load of loads) {
    const refusals = refusalOf(pod, load, loads);
    if (refusals.length === 0) fitting.push(load);
    for (const why of refusals) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const best = fitting.sort((a, b) => score(pod, b) - score(pod, a) || compare(a, b))[0];
  if (best === undefined) {
    reject(world, pod, loads.length, reasons, preempt(world, pod, loads));
    return;
  }
  addTo(best, pod);
  bind(world, pod, best.node.metadata.name);
}

const compare = (a: NodeLoad, b: NodeLoad): number => (a.node.metadata.name < b.node.metadata.name ? -1 : 1);

// Emptiest first, with siblings of the same controller kept apart.
function score(pod: Pod, load: NodeLoad): number {
  const { allocatable } = load.node.status;
  const free = ['cpu', 'memory'].map((name) => 1 - (load.used[name] ?? 0) / (parseQuantity(allocatable[name]) || 1));
  const owner = controllerOf(pod)?.uid;
  const siblings = owner === undefined ? 0 : load.pods.filter((other) => controllerOf(other)?.uid === owner).length;
  return ((free[0] ?? 0) + (free[1] ?? 0)) / 2 - siblings;
}

function bind(world: World, pod: Pod, nodeName: string): void {
  const { namespace, name } = pod.metadata;
  const now = world.now();
  change(world, 'pods', namespace, name, (copy) => {
    copy.spec.nodeName = nodeName;
    delete copy.status.nominatedNodeName;
    copy.status.conditions ??= [];
    setCondition(copy.status.conditions, { type: 'PodScheduled', status: 'True', lastProbeTime: null }, now);
  });
  const message = `Successfully assigned ${namespace ?? ''}/${name} to ${nodeName}`;
  recordEvent(world, pod, 'Normal', 'Scheduled', message, { component: 'default-scheduler' });
}

/** What the scheduler says of evicting others: nobody there to evict, or no use. Of a pod whose claim isn't there it says nothing. */
function preemptionOutlook(nodes: number, reasons: ReadonlyMap<string, number>): string {
  const all = [...reasons];
  if (nodes === 0 || all.some(([why]) => /not found$/.test(why))) return '';
  const full = all.filter(([why]) => /^(Insufficient|Too many)/.test(why)).map(([, count]) => count);
  const victimless = Math.min(nodes, Math.max(0, ...full));
  const parts = [
    ...(victimless > 0 ? [`${victimless} No preemption victims found for incoming pods`] : []),
    ...(victimless < nodes ? [`${nodes - victimless} Preemption is not helpful for scheduling`] : []),
  ];
  return ` preemption: 0/${nodes} nodes are available: ${parts.join(', ')}.`;
}

const RETRY_EVENT_MS = 60_000;

function reject(
  world: World,
  pod: Pod,
  nodes: number,
  reasons: ReadonlyMap<string, number>,
  preempting: boolean,
): void {
  const list = [...reasons].map(([why, count]) => (why === UNBOUND ? why : `${count} ${why}`)).sort();
  const outlook = preempting ? ' preemption: room is being made.' : preemptionOutlook(nodes, reasons);
  const message = `0/${nodes} nodes are available: ${list.join(', ') || 'no nodes'}.${outlook}`;
  const now = world.now();
  const old = pod.status.conditions?.find((c) => c.type === 'PodScheduled');
  const probed = Date.parse(old?.lastProbeTime ?? '');
  // Said once a minute, as the real scheduler's retries do, and at once when the reason changes.
  if (old?.message === message && now - probed < RETRY_EVENT_MS) return;
  change(world, 'pods', pod.metadata.namespace, pod.metadata.name, (copy) => {
    copy.status.conditions ??= [];
    const next = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: timestamp(now),
    } as const;
    setCondition(copy.status.conditions, next, now);
  });
  recordEvent(world, pod, 'Warning', 'FailedScheduling', message, { component: 'default-scheduler' });
}
