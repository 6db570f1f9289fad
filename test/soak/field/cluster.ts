import type { ContainerSpec, Event, Pod, PodSpec, Service, Status, Workload } from './model.ts';

export interface Rng {
  next(): number;
  int(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  chance(p: number): boolean;
  word(n: number, alphabet?: string): string;
}

/** Mulberry32: small, and the same everywhere. */
export const rngOf = (seed: number): Rng => {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(of: readonly T[]): T => of[int(0, of.length - 1)] as T;
  return {
    next,
    int,
    pick,
    chance: (p) => next() < p,
    word: (n, alphabet = 'bcdfghjklmnpqrstvwxz2456789') =>
      Array.from({ length: n }, () => alphabet[int(0, alphabet.length - 1)]).join(''),
  };
};

/** Who calls whom, and how a service speaks. */
export interface Member {
  name: string;
  lang: string;
  port: number;
  calls: string[];
}

export class Cluster {
  readonly rng: Rng;
  readonly ns: string;
  readonly minor: number;
  readonly now: number;
  readonly members: Map<string, Member> = new Map();
  readonly workloads: Workload[] = [];
  readonly pods: Pod[] = [];
  readonly services: Service[] = [];
  readonly events: Event[] = [];
  readonly nodes: Record<string, unknown>[] = [];
  readonly nodeNames: string[] = [];
  /** Other objects by their file: `persistentvolumeclaims`, `configmaps`, … */
  readonly more: Map<string, Record<string, unknown>[]> = new Map();
  readonly lostNodes: Set<string> = new Set();
  constructor(rng: Rng, ns: string) {
    this.rng = rng;
    this.ns = ns;
    this.minor = rng.int(24, 33);
    this.now = Date.UTC(2025, rng.int(0, 10), rng.int(1, 28), rng.int(0, 23), rng.int(0, 59), rng.int(0, 59));
  }
  /** An instant `minutes` before the dump, as Kubernetes prints it. */
  at(minutes: number): string {
    return new Date(this.now - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
  }
  nano(minutes: number): string {
    return new Date(this.now - minutes * 60_000).toISOString().replace('Z', `${this.rng.int(100, 999)}Z`);
  }
  uid(): string {
    const h = (n: number) => this.rng.word(n, '0123456789abcdef');
    return `${h(8)}-${h(4)}-4${h(3)}-a${h(3)}-${h(12)}`;
  }
  workload(name: string, ns = this.ns): Workload {
    const found = this.workloads.find((one) => one.name === name && one.ns === ns);
    if (found === undefined) throw new Error(`no workload ${name}`);
    return found;
  }
  service(name: string, ns = this.ns): Service {
    const found = this.services.find((one) => one.name === name && one.ns === ns);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  }
  podsOf(wl: Workload): Pod[] {
    return this.pods.filter((pod) => pod.ns === wl.ns && pod.annotations['field/of'] === `${wl.kind}/${wl.name}`);
  }
  callersOf(name: string): Member[] {
    return [...this.members.values()].filter((one) => one.calls.includes(name));
  }
  add(file: string, object: Record<string, unknown>): void {
    this.more.set(file, [...(this.more.get(file) ?? []), object]);
  }
  event(
    of: { kind: string; name: string; ns?: string; uid?: string },
    type: Event['type'],
    reason: string,
    message: string,
    more: Partial<Event> = {},
  ): void {
    const from = more.from ?? 'kubelet';
    this.events.push({
      ns: of.ns ?? this.ns,
      kind: of.kind,
      name: of.name,
      ...(of.uid && { uid: of.uid }),
      type,
      reason,
      message,
      from,
      count: 1,
      first: 5,
      last: more.last ?? more.first ?? 5,
      apiVersion:
        of.kind === 'Deployment' || of.kind === 'ReplicaSet' || of.kind === 'StatefulSet' || of.kind === 'DaemonSet'
          ? 'apps/v1'
          : 'v1',
      ...more,
    });
  }
  podEvent(pod: Pod, type: Event['type'], reason: string, message: string, more: Partial<Event> = {}): void {
    this.event({ kind: 'Pod', name: pod.name, ns: pod.ns, uid: pod.uid }, type, reason, message, {
      ...(pod.node && { host: pod.node }),
      ...more,
    });
  }
  rsName(wl: Workload, hash = wl.hash): string {
    return `${wl.name}-${hash}`;
  }
  makePod(
    wl: Workload,
    index: number,
    made: number,
    node: string | undefined,
    spec: PodSpec = wl.template,
    hash = wl.hash,
  ): Pod {
    const rs = `${wl.name}-${hash}`;
    const name =
      wl.kind === 'Deployment'
        ? `${rs}-${this.rng.word(5)}`
        : wl.kind === 'StatefulSet'
          ? `${wl.name}-${index}`
          : `${wl.name}-${this.rng.word(5)}`;
    const pod: Pod = {
      name,
      ns: wl.ns,
      labels: {
        ...wl.labels,
        ...(wl.kind === 'Deployment'
          ? { 'pod-template-hash': hash }
          : { 'controller-revision-hash': `${wl.name}-${hash}` }),
      },
      annotations: { 'field/of': `${wl.kind}/${wl.name}`, ...wl.templateAnnotations },
      owner:
        wl.kind === 'Deployment'
          ? { kind: 'ReplicaSet', name: rs, uid: this.uid() }
          : { kind: wl.kind, name: wl.name, uid: wl.uid },
      uid: this.uid(),
      spec: structuredClone(spec),
      ...(node && { node, ip: `10.244.${this.nodeNames.indexOf(node)}.${this.rng.int(2, 250)}` }),
      made,
      phase: 'Running',
      cs: spec.containers.map(() => runningStatus(this.at(made - 0.2))),
      ics: (spec.initContainers ?? []).map(() => doneStatus(this, made)),
      extraMeta: {},
      log: [],
      logs: new Map(),
    };
    this.pods.push(pod);
    return pod;
  }
  drop(pod: Pod): void {
    this.pods.splice(this.pods.indexOf(pod), 1);
  }
}

export const runningStatus = (startedAt: string): Status => ({
  state: { running: { startedAt } },
  lastState: {},
  ready: true,
  started: true,
  restarts: 0,
});

const doneStatus = (c: Cluster, made: number): Status => ({
  state: {
    terminated: {
      exitCode: 0,
      reason: 'Completed',
      startedAt: c.at(made - 0.1),
      finishedAt: c.at(made - 0.15),
      containerID: `containerd://${c.rng.word(64, '0123456789abcdef')}`,
    },
  },
  lastState: {},
  ready: true,
  started: false,
  restarts: 0,
});

/** The usual events of a pod that was just made. */
export const startEvents = (c: Cluster, pod: Pod, until: 'scheduled' | 'pulled' | 'started' = 'started'): void => {
  if (pod.made > 62) return;
  c.podEvent(pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.ns}/${pod.name} to ${pod.node}`, {
    from: 'default-scheduler',
    first: pod.made,
  });
  if (until === 'scheduled') return;
  const one = pod.spec.containers[0] as ContainerSpec;
  c.podEvent(
    pod,
    'Normal',
    'Pulled',
    c.rng.chance(0.5)
      ? `Container image "${one.image}" already present on machine`
      : `Successfully pulled image "${one.image}" in ${c.rng.int(400, 999)}ms (${c.rng.int(400, 999)}ms including waiting). Image size: ${c.rng.int(20_000_000, 400_000_000)} bytes.`,
    { first: pod.made, field: `spec.containers{${one.name}}` },
  );
  if (until === 'pulled') return;
  c.podEvent(
    pod,
    'Normal',
    'Created',
    c.minor >= 32 ? `Created container: ${one.name}` : `Created container ${one.name}`,
    { first: pod.made, field: `spec.containers{${one.name}}` },
  );
  c.podEvent(pod, 'Normal', 'Started', `Started container ${one.name}`, {
    first: pod.made,
    field: `spec.containers{${one.name}}`,
  });
};

/** A change of the template: a new ReplicaSet whose pod comes up beside, or in place of, the old ones. */
export const roll = (
  c: Cluster,
  wl: Workload,
  change: (spec: PodSpec) => void,
  options: { keepOld?: boolean; ago?: number; node?: string | null } = {},
): Pod[] => {
  const ago = options.ago ?? c.rng.int(6, 25);
  const keepOld = options.keepOld ?? (wl.kind === 'Deployment' && c.rng.chance(0.5));
  const old = c.podsOf(wl);
  wl.oldTemplate = structuredClone(wl.template);
  wl.oldHash = wl.hash;
  change(wl.template);
  wl.hash = c.rng.word(wl.kind === 'Deployment' ? 10 : 9);
  wl.changed = ago;
  wl.revision += 1;
  if (!keepOld) for (const pod of old) c.drop(pod);
  const count = keepOld ? 1 : wl.replicas;
  const made: Pod[] = [];
  for (let i = 0; i < count; i += 1) {
    const pod = c.makePod(wl, i, ago, options.node === null ? undefined : (options.node ?? c.rng.pick(workers(c))));
    made.push(pod);
    c.event(
      { kind: wl.kind === 'Deployment' ? 'ReplicaSet' : wl.kind, name: pod.owner?.name ?? wl.name, ns: wl.ns },
      'Normal',
      'SuccessfulCreate',
      `Created pod: ${pod.name}`,
      { from: wl.kind === 'Deployment' ? 'replicaset-controller' : `${wl.kind.toLowerCase()}-controller`, first: ago },
    );
  }
  if (wl.kind === 'Deployment')
    c.event(
      { kind: 'Deployment', name: wl.name, ns: wl.ns },
      'Normal',
      'ScalingReplicaSet',
      c.minor >= 28
        ? `Scaled up replica set ${c.rsName(wl)} from 0 to ${count}`
        : `Scaled up replica set ${c.rsName(wl)} to ${count}`,
      { from: 'deployment-controller', first: ago },
    );
  return made;
};

export const workers = (c: Cluster): string[] =>
  c.nodeNames.filter((name) => !/control|master/.test(name) && !c.lostNodes.has(name));

export const waiting = (pod: Pod, reason: string, message?: string, index = 0): void => {
  const one = pod.cs[index] as Status;
  one.state = { waiting: { reason, ...(message && { message }) } };
  one.ready = false;
  one.started = false;
  pod.phase = pod.cs.length > 1 && pod.cs.some((x) => 'running' in x.state) ? 'Running' : 'Pending';
};

export const backOff = (c: Cluster, pod: Pod, container = 0): string => {
  const name = pod.spec.containers[container]?.name ?? 'server';
  return `back-off ${c.rng.pick(['40s', '1m20s', '2m40s', '5m0s'])} restarting failed container=${name} pod=${pod.name}_${pod.ns}(${pod.uid})`;
};

/** A container that ends again and again. */
export const crash = (
  c: Cluster,
  pod: Pod,
  exitCode: number,
  more: {
    reason?: string;
    message?: string;
    ranSec?: number;
    restarts?: number;
    index?: number;
    signal?: boolean;
    showing?: 'backoff' | 'terminated';
  } = {},
): void => {
  const index = more.index ?? 0;
  const one = pod.cs[index] as Status;
  const spec = pod.spec.containers[index] as ContainerSpec;
  const restarts = more.restarts ?? c.rng.int(4, 8);
  const ended = c.rng.int(5, 100) / 60;
  const terminated = {
    containerID: `containerd://${c.rng.word(64, '0123456789abcdef')}`,
    exitCode,
    finishedAt: c.at(ended),
    reason: more.reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: c.at(ended + (more.ranSec ?? 3) / 60),
    ...(more.message && { message: more.message }),
  };
  if (more.showing === 'terminated') {
    one.state = { terminated };
    one.lastState = {
      terminated: { ...terminated, finishedAt: c.at(ended + 3), startedAt: c.at(ended + 3 + (more.ranSec ?? 3) / 60) },
    };
  } else {
    one.state = { waiting: { reason: 'CrashLoopBackOff', message: backOff(c, pod, index) } };
    one.lastState = { terminated };
  }
  one.ready = false;
  one.started = false;
  one.restarts = restarts;
  pod.phase = 'Running';
  const field = `spec.containers{${spec.name}}`;
  const began = Math.min(pod.made, 26);
  c.podEvent(pod, 'Normal', 'Pulled', `Container image "${spec.image}" already present on machine`, {
    first: began,
    last: ended + 0.1,
    count: restarts,
    field,
  });
  c.podEvent(
    pod,
    'Normal',
    'Created',
    c.minor >= 32 ? `Created container: ${spec.name}` : `Created container ${spec.name}`,
    { first: began, last: ended + 0.1, count: restarts, field },
  );
  if (more.reason !== 'StartError' && more.reason !== 'ContainerCannotRun')
    c.podEvent(pod, 'Normal', 'Started', `Started container ${spec.name}`, {
      first: began,
      last: ended + 0.1,
      count: restarts,
      field,
    });
  c.podEvent(
    pod,
    'Warning',
    'BackOff',
    c.minor >= 27
      ? `Back-off restarting failed container ${spec.name} in pod ${pod.name}_${pod.ns}(${pod.uid})`
      : 'Back-off restarting failed container',
    { first: began - 0.3, last: 0.2, count: restarts * 5, field },
  );
};

export const unready = (pod: Pod, index = 0): void => {
  (pod.cs[index] as Status).ready = false;
};
