import { change, erase, objects, setStatus } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Container, ContainerStatus, Node, Pod } from '../kinds.ts';
import { condition, isFinished, isReady, setCondition } from '../pods.ts';
import type { KubeletMemory, World } from '../world.ts';
import { nextContainer } from './container.ts';
import { configProblem, mountProblem } from './pod-needs.ts';
import { podStatus } from './pod-status.ts';
import { runtimeOf } from './runtime-of.ts';

const START_MS = 2000;
const STOP_MS = 2000;
const MOUNT_RETRY_MS = 15_000;

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
    memory.stopAt = now + Math.min(world.runtime().stopMs?.(pod) ?? STOP_MS, graceMs);
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
  const memory = memoryOf(world, pod);
  const runtime = runtimeOf(world, pod);
  const [main, ...sidecars] = pod.spec.containers;
  if (main === undefined) return;
  const step = { pod, now: world.now() };
  const unmounted = isStarted(pod) ? undefined : mountProblem(world, pod);
  if (unmounted !== undefined) {
    if (step.now >= memory.readyToStartAt) say(world, pod, 'Warning', 'FailedMount', unmounted);
    memory.readyToStartAt = step.now >= memory.readyToStartAt ? step.now + MOUNT_RETRY_MS : memory.readyToStartAt;
  }
  const first = nextContainer({
    ...step,
    container: main,
    memory,
    observe: () => {
      const problem = isRunning(pod) ? undefined : configProblem(world, pod, main);
      return problem === undefined ? runtime.observe(pod) : { kind: 'config_error', message: problem };
    },
    say: (type, reason, message) => say(world, pod, type, reason, message),
  });
  const others = sidecars.map((container) => nextSidecar(step, container, first));
  const containers = [first, ...others];
  if (!isUnchanged(pod, containers))
    setStatus(world, 'pods', pod.metadata.namespace, pod.metadata.name, () => podStatus(world, pod, containers));
}

const isRunning = (pod: Pod): boolean => pod.status.containerStatuses?.[0]?.state.running !== undefined;
const isStarted = (pod: Pod): boolean => pod.status.containerStatuses?.[0]?.containerID !== undefined;

// Sidecars start with the main container and never fail; only the main one is simulated.
function nextSidecar(step: { pod: Pod; now: number }, container: Container, main: ContainerStatus): ContainerStatus {
  const started = main.state.waiting?.reason !== 'ContainerCreating';
  const memory = { readyToStartAt: started ? 0 : Number.POSITIVE_INFINITY, retryAt: 0, crashes: 0, pullAttempts: 0 };
  return nextContainer({
    ...step,
    container,
    memory,
    observe: () => ({ kind: 'running', ready: true }),
    say: () => {},
  });
}

function isUnchanged(pod: Pod, containers: readonly ContainerStatus[]): boolean {
  const old = pod.status.containerStatuses;
  const same = old !== undefined && containers.every((container, i) => container === old[i]);
  return same && isReady(pod) === containers.every((container) => container.ready);
}

function say(world: World, pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const host = pod.spec.nodeName;
  recordEvent(world, pod, type, reason, message, { component: 'kubelet', ...(host === undefined ? {} : { host }) });
}
