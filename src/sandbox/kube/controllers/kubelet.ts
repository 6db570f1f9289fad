import { change, erase, object, objects } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Condition, Node, Pod, PodStatus } from '../kinds.ts';
import { controllerOf, timestamp } from '../objects.ts';
import { condition, isFinished, isReady, setCondition } from '../pods.ts';
import { clone, equal } from '../tree.ts';
import type { KubeletMemory, World } from '../world.ts';
import { nextContainer } from './container.ts';
import { oneShot } from './one-shot.ts';

const START_MS = 2000;
const STOP_MS = 2000;

/** True when a node's kubelet reports; one that doesn't leaves its pods as they are. */
export function isAlive(node: Node | undefined): boolean {
  return node?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true;
}

/** Runs every placed pod one step on: start, observe, restart, stop. */
export function stepKubelets(world: World): void {
  const nodes = new Map(objects(world, 'nodes').map((node) => [node.metadata.name, node]));
  const present = new Set<string>();
  for (const pod of objects(world, 'pods')) {
    present.add(pod.metadata.uid ?? '');
    if (pod.spec.nodeName === undefined) continue;
    if (!isAlive(nodes.get(pod.spec.nodeName))) loseTouch(world, pod);
    else if (pod.metadata.deletionTimestamp !== undefined) stopPod(world, pod);
    else if (!isFinished(pod)) runPod(world, pod);
  }
  for (const uid of [...world.kubelet.keys()]) if (!present.has(uid)) world.kubelet.delete(uid);
}

function memoryOf(world: World, pod: Pod): KubeletMemory {
  const uid = pod.metadata.uid ?? '';
  const known = world.kubelet.get(uid);
  if (known !== undefined) return known;
  const fresh = { readyToStartAt: world.now() + START_MS, retryAt: 0, crashes: 0, pullAttempts: 0 };
  world.kubelet.set(uid, fresh);
  return fresh;
}

function stopPod(world: World, pod: Pod): void {
  const now = world.now();
  const memory = memoryOf(world, pod);
  if (memory.stopAt === undefined) {
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    memory.stopAt = now + Math.min(STOP_MS, graceMs);
    const running = pod.status.containerStatuses?.some((status) => status.state.running !== undefined) === true;
    if (running) say(world, pod, 'Normal', 'Killing', `Stopping container ${pod.spec.containers[0]?.name ?? ''}`);
  }
  if (now < memory.stopAt || (pod.metadata.finalizers ?? []).length > 0) return;
  erase(world, 'pods', pod.metadata.namespace, pod.metadata.name);
}

// The node's kubelet is silent: the node controller, not the kubelet, then calls its pods not ready.
function loseTouch(world: World, pod: Pod): void {
  if (!isReady(pod)) return;
  const now = world.now();
  change(world, 'pods', pod.metadata.namespace, pod.metadata.name, (copy) => {
    setCondition(copy.status.conditions ?? [], condition('Ready', false, 'NodeNotReady'), now);
  });
  recordEvent(world, pod, 'Warning', 'NodeNotReady', 'Node is not ready', { component: 'node-controller' });
}

function runPod(world: World, pod: Pod): void {
  const now = world.now();
  const memory = memoryOf(world, pod);
  const runtime = isJobs(pod) ? oneShot(world) : world.runtime();
  const [main, ...sidecars] = pod.spec.containers;
  if (main === undefined) return;
  const say_ = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    say(world, pod, type, reason, message);
  const first = nextContainer({ pod, container: main, memory, now, observe: () => runtime.observe(pod), say: say_ });
  const observeSidecar = () => ({ kind: 'running', ready: true }) as const;
  const started = first.state.waiting?.reason !== 'ContainerCreating';
  const others = sidecars.map((container) =>
    started
      ? nextContainer({
          pod,
          container,
          memory: { ...memory, readyToStartAt: 0, retryAt: 0 },
          now,
          observe: observeSidecar,
          say: () => {},
        })
      : nextContainer({
          pod,
          container,
          memory: { ...memory, readyToStartAt: now + START_MS },
          now,
          observe: observeSidecar,
          say: () => {},
        }),
  );
  writeStatus(world, pod, { ...pod.status, containerStatuses: [first, ...others] });
}

const isJobs = (pod: Pod): boolean => controllerOf(pod)?.kind === 'Job';

function writeStatus(world: World, pod: Pod, next: PodStatus): void {
  const now = world.now();
  const nodeNumber = objects(world, 'nodes').findIndex((node) => node.metadata.name === pod.spec.nodeName);
  const statuses = next.containerStatuses ?? [];
  const ran = statuses.some((s) => s.state.running !== undefined || s.lastState.terminated !== undefined);
  const ended = statuses.every((s) => s.state.terminated !== undefined && !restarts(pod, s.state.terminated.exitCode));
  const failed = statuses.some((s) => s.state.terminated !== undefined && s.state.terminated.exitCode !== 0);
  next.phase = ended ? (failed ? 'Failed' : 'Succeeded') : ran || failed ? 'Running' : 'Pending';
  next.startTime ??= timestamp(now);
  next.hostIP = `10.0.0.${nodeNumber + 10}`;
  if (ran && next.podIP === undefined) {
    next.podIP = addressOf(pod, nodeNumber);
    next.podIPs = [{ ip: next.podIP }];
  }
  next.conditions = nextConditions(
    pod,
    statuses.every((s) => s.ready),
    ended,
    now,
  );
  if (equal(next, pod.status)) return;
  if (object(world, 'pods', pod.metadata.namespace, pod.metadata.name) === undefined) return;
  change(world, 'pods', pod.metadata.namespace, pod.metadata.name, (copy) => {
    copy.status = next;
  });
}

/** Whether the kubelet starts a container again after it ended with `exitCode`. */
export function restarts(pod: Pod, exitCode: number): boolean {
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

function say(world: World, pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const host = pod.spec.nodeName;
  recordEvent(world, pod, type, reason, message, { component: 'kubelet', ...(host === undefined ? {} : { host }) });
}
