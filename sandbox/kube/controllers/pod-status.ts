import { objects } from '../change.ts';
import type { Condition, ContainerStatus, Pod, PodStatus } from '../kinds.ts';
import { timestamp } from '../objects.ts';
import { condition, setCondition } from '../pods.ts';
import { clone } from '../tree.ts';
import type { World } from '../world.ts';

/** A placed pod's status as its containers make it: phase, conditions, addresses. */
export function podStatus(world: World, pod: Pod, containers: ContainerStatus[]): PodStatus {
  const now = world.now();
  const ran = containers.some((c) => c.state.running !== undefined || c.lastState.terminated !== undefined);
  const ended = containers.every(
    (c) => c.state.terminated !== undefined && !restarts(pod, c.state.terminated.exitCode),
  );
  const failed = containers.some((c) => c.state.terminated !== undefined && c.state.terminated.exitCode !== 0);
  const ready = containers.every((c) => c.ready);
  const nodes = objects(world, 'nodes');
  const nodeNumber = nodes.findIndex((node) => node.metadata.name === pod.spec.nodeName);
  const hostIP = nodes[nodeNumber]?.status.addresses?.find((address) => address.type === 'InternalIP')?.address;
  const podIP = pod.status.podIP ?? (ran ? addressOf(pod, nodeNumber) : undefined);
  return {
    ...pod.status,
    phase: ended ? (failed ? 'Failed' : 'Succeeded') : ran || failed ? 'Running' : 'Pending',
    conditions: nextConditions(pod, ready, ended, now),
    containerStatuses: containers,
    startTime: pod.status.startTime ?? timestamp(now),
    hostIP: hostIP ?? `10.0.0.${nodeNumber + 10}`,
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
  };
}

/** Whether the kubelet starts a container again after it ended with `exitCode`. */
function restarts(pod: Pod, exitCode: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function addressOf(pod: Pod, nodeNumber: number): string {
  const digits = Number.parseInt((pod.metadata.uid ?? '0').replaceAll('-', '').slice(0, 6), 16);
  return `10.244.${nodeNumber + 1}.${(digits % 253) + 1}`;
}

function nextConditions(pod: Pod, ready: boolean, ended: boolean, now: number): Condition[] {
  const conditions = clone(pod.status.conditions ?? []);
  const names = pod.spec.containers.map((container) => container.name).join(' ');
  const why: [string?, string?] = ready
    ? []
    : ended
      ? ['PodCompleted']
      : ['ContainersNotReady', `containers with unready status: [${names}]`];
  const probe = { lastProbeTime: null };
  setCondition(conditions, { ...condition('PodReadyToStartContainers', true), ...probe }, now);
  setCondition(conditions, { ...condition('Initialized', true), ...probe }, now);
  setCondition(conditions, { ...condition('Ready', ready, ...why), ...probe }, now);
  setCondition(conditions, { ...condition('ContainersReady', ready, ...why), ...probe }, now);
  setCondition(conditions, { ...condition('PodScheduled', true), ...probe }, now);
  return conditions;
}
