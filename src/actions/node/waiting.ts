import type { NodePod } from '../../ports/cluster-objects.ts';
import { agreedOf, drainingOf, type NodeLook, podKeyOf, type WorkloadPods } from './look.ts';

/** What is waited for isn't coming when nothing has happened for this long: nothing more is moved. */
const STALLED_MS = 3 * 60_000;

/** What has to be seen before the next pod may go, in words, and since when it could have been. */
export type Wait = { message: string; since: number };

/**
 * Until those that were moved are whole again; null when they are. A pod that is going away holds its name and its volumes, so that a StatefulSet's successor isn't even made before it has gone. `emptied`: the
 * workloads that have nothing left on the node.
 */
export function waitForMoved(look: NodeLook, emptied: Map<string, WorkloadPods>): Wait | null {
  const { node } = look;
  const { since = 0, movedAt = since, last } = drainingOf(node) ?? {};
  const from = Math.floor(since / 1_000) * 1_000;
  const workloads = new Map([...look.workloads, ...emptied]);
  for (const key of agreedOf(look)) {
    const pods = workloads.get(key);
    const going = look.leaving.find((pod) => podKeyOf(pod) === key && !isLost(look, pods));
    if (going) return { message: `pod ${going.name} is still going`, since: Math.max(movedAt, going.goneBy ?? 0) };
    const late = pods?.all.filter((pod) => pod.node !== node.name && pod.createdAt >= from && !pod.ready) ?? [];
    if (late[0])
      return {
        message: `pod ${late[0].name} has not become ready since it was moved`,
        since: Math.max(movedAt, ...late.map((pod) => pod.createdAt)),
      };
  }
  const moved = last === undefined ? undefined : workloads.get(last);
  return moved && last !== undefined && !isWhole(moved, node.name)
    ? { message: shortWords(last, moved), since: movedAt }
    : null;
}

/** A node that is away confirms no end: what has its successors elsewhere doesn't wait for that. */
const isLost = ({ node }: NodeLook, pods: WorkloadPods | undefined): boolean =>
  !node.ready && (pods === undefined || isWhole(pods, node.name));

/** The next to go of those that are left: of a workload that can spare one. Those that serve nobody first, then the least important: the trouble may end before the others have to move. */
export function nextOf(look: NodeLook, left: NodePod[]): { pod: NodePod } | { wait: Wait } | null {
  const [first] = left;
  if (!first) return null;
  const { since = 0, movedAt = since } = drainingOf(look.node) ?? {};
  const whole = (pod: NodePod) => {
    const pods = look.workloads.get(podKeyOf(pod));
    return !pod.ready || pods === undefined || isWhole(pods, look.node.name);
  };
  const pod = left.toSorted(byImportance).find(whole);
  if (pod) return { pod };
  const pods = look.workloads.get(podKeyOf(first));
  return { wait: { message: pods ? shortWords(podKeyOf(first), pods) : '', since: movedAt } };
}

function byImportance(left: NodePod, right: NodePod): number {
  return (
    Number(left.ready) - Number(right.ready) || left.priority - right.priority || (left.name < right.name ? -1 : 1)
  );
}

/** As many serve as should; those that don't and are on the node are about to be moved, which is what helps them. */
function isWhole({ all, here, replicas }: WorkloadPods, node: string): boolean {
  const helped = here.filter((pod) => !pod.ready && pod.node === node).length;
  return replicas === null || readyOf(all) + helped >= replicas;
}

const readyOf = (pods: { ready: boolean }[]): number => pods.filter((pod) => pod.ready).length;
const shortWords = (key: string, { all, replicas }: WorkloadPods): string =>
  `${key} has ${readyOf(all)} of ${replicas} pods ready`;

export const hasStalled = ({ since }: Wait, now: number): boolean => now - since > STALLED_MS;
