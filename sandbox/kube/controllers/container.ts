import type { Container, ContainerStatus, Pod, Probe } from '../kinds.ts';
import { instant, timestamp } from '../objects.ts';
import type { ContainerState, KubeletMemory } from '../world.ts';
import { misdirected } from './probes.ts';

export type ContainerStep = {
  pod: Pod;
  container: Container;
  /** Changed in place. */
  memory: KubeletMemory;
  /** Sandbox time, epoch ms. */
  now: number;
  observe(): ContainerState;
  say(type: 'Normal' | 'Warning', reason: string, message: string): void;
};

const READY_AFTER_MS = 3000;
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
const STEADY_RUN_MS = 600_000;
const CONFIG_RETRY_MS = 5000;

/** One container's status a step later: starting, running, crashed, backing off. */
export function nextContainer(step: ContainerStep): ContainerStatus {
  const old = step.pod.status.containerStatuses?.find((status) => status.name === step.container.name);
  const status = old ?? created(step.container);
  if (status.image !== step.container.image && old !== undefined) return restartWithImage(step, status);
  if (status.state.running !== undefined) return afterRunning(step, status, status.state.running.startedAt);
  if (step.now < step.memory.readyToStartAt) return status;
  if (status.state.terminated !== undefined) return afterExit(step, status);
  if (step.now < step.memory.retryAt) return stillWaiting(step, status);
  return start(step, status);
}

function created(container: Container): ContainerStatus {
  return {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
  };
}

const imageId = (container: Container): string => `docker.io/${container.image}`;

/** The wait before restart number `crashes`: none, 10 s, 20 s … 300 s. */
export function backoffMs(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (crashes - 2), LONGEST_BACKOFF_MS);
}

function start(step: ContainerStep, status: ContainerStatus): ContainerStatus {
  const { container, memory, now, say } = step;
  const seen = step.observe();
  if (seen.kind === 'image_pull_failed' && status.imageID !== imageId(container)) {
    memory.pullAttempts += 1;
    memory.retryAt = now + Math.min(FIRST_BACKOFF_MS * 2 ** (memory.pullAttempts - 1), LONGEST_BACKOFF_MS);
    say('Normal', 'Pulling', `Pulling image "${container.image}"`);
    say('Warning', 'Failed', `Failed to pull image "${container.image}": ${seen.message}`);
    say('Warning', 'Failed', 'Error: ErrImagePull');
    return { ...status, ready: false, state: { waiting: { reason: 'ErrImagePull', message: seen.message } } };
  }
  if (seen.kind === 'config_error') {
    memory.retryAt = now + CONFIG_RETRY_MS;
    say('Warning', 'Failed', `Error: ${seen.message}`);
    return {
      ...status,
      ready: false,
      state: { waiting: { reason: 'CreateContainerConfigError', message: seen.message } },
    };
  }
  say('Normal', 'Pulled', `Container image "${container.image}" already present on machine`);
  say('Normal', 'Created', `Created container: ${container.name}`);
  say('Normal', 'Started', `Started container ${container.name}`);
  memory.pullAttempts = 0;
  const restartCount = status.containerID === undefined ? 0 : status.restartCount + 1;
  const uid = (step.pod.metadata.uid ?? '').replaceAll('-', '');
  return {
    ...status,
    image: container.image,
    imageID: imageId(container),
    restartCount,
    containerID: `containerd://${uid}${String(restartCount).padStart(4, '0')}`,
    ready: false,
    started: true,
    state: { running: { startedAt: timestamp(now) } },
  };
}

function afterRunning(step: ContainerStep, status: ContainerStatus, startedAt: string): ContainerStatus {
  const seen = step.observe();
  const { memory, now, say } = step;
  const ranMs = now - instant(startedAt, now);
  if (seen.kind === 'exited') {
    memory.crashes = ranMs >= STEADY_RUN_MS ? 1 : memory.crashes + 1;
    memory.retryAt = now + backoffMs(memory.crashes);
    const { reason, exitCode, message } = seen;
    const terminated = {
      exitCode,
      reason,
      ...(message === undefined ? {} : { message }),
      startedAt,
      finishedAt: timestamp(now),
      containerID: status.containerID ?? '',
    };
    return { ...status, ready: false, started: false, state: { terminated } };
  }
  if (seen.kind !== 'running') return status;
  const { readinessProbe, livenessProbe } = step.container;
  const lifeless = misdirected(step.pod, step.container, livenessProbe);
  if (lifeless !== undefined && ranMs >= deadlineMs(livenessProbe))
    return killedByProbe(step, status, startedAt, lifeless);
  const unasked = misdirected(step.pod, step.container, readinessProbe);
  if (unasked !== undefined) {
    if (status.ready || isMinute(now)) say('Warning', 'Unhealthy', `Readiness probe failed: ${unasked}`);
    return status.ready ? { ...status, ready: false } : status;
  }
  const delayMs = (step.container.readinessProbe?.initialDelaySeconds ?? 0) * 1000 || READY_AFTER_MS;
  const ready = seen.ready && ranMs >= delayMs;
  if (!seen.ready && (status.ready || seen.message !== undefined)) {
    say('Warning', 'Unhealthy', `Readiness probe failed: ${seen.message ?? 'HTTP probe failed with statuscode: 503'}`);
  }
  return status.ready === ready ? status : { ...status, ready };
}

/** How long a container whose liveness probe never succeeds is left to live. */
const deadlineMs = (probe: Probe | undefined): number =>
  ((probe?.initialDelaySeconds ?? 0) + (probe?.periodSeconds ?? 10) * (probe?.failureThreshold ?? 3)) * 1000;

const isMinute = (now: number): boolean => Math.floor(now / 1000) % 60 === 0;

function killedByProbe(step: ContainerStep, status: ContainerStatus, startedAt: string, why: string): ContainerStatus {
  const { container, memory, now, say } = step;
  say('Warning', 'Unhealthy', `Liveness probe failed: ${why}`);
  say('Normal', 'Killing', `Container ${container.name} failed liveness probe, will be restarted`);
  memory.crashes += 1;
  memory.retryAt = now + backoffMs(memory.crashes);
  const terminated = {
    exitCode: 137,
    reason: 'Error',
    startedAt,
    finishedAt: timestamp(now),
    containerID: status.containerID ?? '',
  };
  return { ...status, ready: false, started: false, state: { terminated } };
}

// The exit was seen in the last step. Started again at once, later (CrashLoopBackOff) or never, as the policy says.
function afterExit(step: ContainerStep, status: ContainerStatus): ContainerStatus {
  const { terminated } = status.state;
  const policy = step.pod.spec.restartPolicy ?? 'Always';
  if (terminated === undefined || policy === 'Never' || (policy === 'OnFailure' && terminated.exitCode === 0))
    return status;
  const again = { ...status, lastState: { terminated } };
  if (step.now >= step.memory.retryAt) return start(step, again);
  return backOff(step, { ...status, lastState: { terminated } });
}

function backOff(step: ContainerStep, status: ContainerStatus): ContainerStatus {
  const { pod, container, memory } = step;
  const seconds = backoffMs(memory.crashes) / 1000;
  const delay = seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`;
  const where = `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid ?? ''})`;
  step.say('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${where}`);
  const message = `back-off ${delay} restarting failed container=${container.name} pod=${where}`;
  return { ...status, ready: false, started: false, state: { waiting: { reason: 'CrashLoopBackOff', message } } };
}

function stillWaiting(step: ContainerStep, status: ContainerStatus): ContainerStatus {
  const { image } = step.container;
  if (status.state.waiting?.reason !== 'ErrImagePull') return status;
  step.say('Normal', 'BackOff', `Back-off pulling image "${image}"`);
  step.say('Warning', 'Failed', 'Error: ImagePullBackOff');
  return {
    ...status,
    state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } },
  };
}

// A pod's image may be changed in place: the kubelet then ends the container, if it runs, and starts the new one.
function restartWithImage(step: ContainerStep, status: ContainerStatus): ContainerStatus {
  const { image } = step.container;
  step.memory.retryAt = 0;
  step.memory.pullAttempts = 0;
  const { running } = status.state;
  if (running === undefined) return start(step, { ...status, image });
  step.say('Normal', 'Killing', `Container ${step.container.name} definition changed, will be restarted`);
  const { startedAt } = running;
  const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: timestamp(step.now) };
  return start(step, { ...status, image, lastState: { terminated } });
}
