import { change, objects } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Node, Pod, Taint } from '../kinds.ts';
import { instant, timestamp } from '../objects.ts';
import { isActive } from '../pods.ts';
import { equal } from '../tree.ts';
import type { World } from '../world.ts';
import { removeGracefully } from './create-pod.ts';
import { tolerates } from './taints.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const CORDONED = 'node.kubernetes.io/unschedulable';
const PRESSURES: Record<string, string> = {
  MemoryPressure: 'node.kubernetes.io/memory-pressure',
  DiskPressure: 'node.kubernetes.io/disk-pressure',
  PIDPressure: 'node.kubernetes.io/pid-pressure',
};
const MANAGED = new Set([NOT_READY, UNREACHABLE, CORDONED, ...Object.values(PRESSURES)]);

/** Turns node conditions and cordons into taints, and evicts what doesn't tolerate NoExecute. */
export function stepNodes(world: World): void {
  for (const node of objects(world, 'nodes')) {
    const taints = taintsOf(world, node);
    if (!equal(taints, node.spec.taints ?? [])) {
      change(world, 'nodes', undefined, node.metadata.name, (copy) => {
        if (taints.length > 0) copy.spec.taints = taints;
        else delete copy.spec.taints;
      });
    }
    const driving = taints.filter((taint) => taint.effect === 'NoExecute');
    if (driving.length > 0) evictFrom(world, node, driving);
  }
}

function taintsOf(world: World, node: Node): Taint[] {
  const wanted: Taint[] = (node.spec.taints ?? []).filter((taint) => !MANAGED.has(taint.key));
  const keep = (key: string, effect: string): void => {
    const old = node.spec.taints?.find((taint) => taint.key === key && taint.effect === effect);
    wanted.push(old ?? { key, effect, timeAdded: timestamp(world.now()) });
  };
  const status = (type: string): string | undefined => node.status?.conditions?.find((c) => c.type === type)?.status;
  const ready = status('Ready');
  const lost = ready === 'False' ? NOT_READY : ready === 'Unknown' ? UNREACHABLE : undefined;
  if (lost !== undefined) {
    keep(lost, 'NoSchedule');
    keep(lost, 'NoExecute');
  }
  if (node.spec.unschedulable === true) keep(CORDONED, 'NoSchedule');
  for (const [type, key] of Object.entries(PRESSURES)) if (status(type) === 'True') keep(key, 'NoSchedule');
  return wanted;
}

function evictFrom(world: World, node: Node, taints: readonly Taint[]): void {
  const now = world.now();
  for (const pod of objects(world, 'pods')) {
    if (pod.spec.nodeName !== node.metadata.name || !isActive(pod)) continue;
    if (!taints.some((taint) => isDriven(pod, taint, now))) continue;
    recordEvent(
      world,
      pod,
      'Normal',
      'TaintManagerEviction',
      `Marking for deletion Pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`,
      { component: 'taint-eviction-controller' },
    );
    removeGracefully(world, 'pods', pod);
  }
}

function isDriven(pod: Pod, taint: Taint, now: number): boolean {
  const toleration = tolerates(pod.spec.tolerations, taint);
  if (toleration === undefined) return true;
  if (toleration.tolerationSeconds === undefined) return false;
  return now - instant(taint.timeAdded, now) >= toleration.tolerationSeconds * 1000;
}
