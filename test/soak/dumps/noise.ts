import type { Cluster, Raw } from './cluster.ts';
import { chatter } from './complaints.ts';
import type { Truth } from './fault.ts';

/** What is also in every real cluster and means nothing: old exits, warnings of a start, errors that nobody minds, idle objects. */
export function noise(c: Cluster, { objects }: Truth) {
  const well = c.shop.services.filter(
    (one) => !objects.some(({ name }) => name === one.name) && c.podsOf(one.name).every(isReady),
  );
  const some = (chance: number, make: () => void) => {
    if (c.random() < chance) make();
  };
  const podOf = () => (well.length > 0 ? c.podsOf(c.pick(well).name)[0] : undefined);
  some(0.6, () => oldExit(c, podOf()));
  some(0.5, () => {
    const pod = podOf();
    if (!pod) return;
    const probe = pod.spec.containers[0].readinessProbe;
    if (probe)
      c.event(
        pod,
        'Unhealthy',
        `Readiness probe failed: dial tcp ${pod.status.podIP}:${pod.spec.containers[0].ports[0].containerPort}: connect: connection refused`,
        { count: 2, ago: 45 },
      );
  });
  some(0.3, () => {
    const pod = podOf();
    if (pod)
      c.event(
        pod,
        'FailedScheduling',
        `0/${c.nodes.length} nodes are available: ${c.nodes.length} Insufficient cpu. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} No preemption victims found for incoming pod.`,
        { from: 'default-scheduler', count: 1, ago: 50 },
      );
  });
  some(0.4, () => {
    const one = well.length > 0 ? c.pick(well) : null;
    const [pod] = one ? c.podsOf(one.name) : [];
    if (one && pod && !c.logs.some((log) => log.pod === pod.metadata.name))
      c.log(pod, [
        ...chatter(c, one),
        'level=error msg="failed to export spans: context deadline exceeded: rpc error: code = Unavailable desc = name resolver error: produced zero addresses"',
        ...chatter(c, one),
      ]);
  });
  some(0.4, () => {
    const one = well.length > 0 ? c.pick(well) : null;
    const [pod] = one ? c.podsOf(one.name) : [];
    if (one && pod && !c.logs.some((log) => log.pod === pod.metadata.name))
      c.log(pod, [
        'ERROR invalid request: quantity must be positive',
        'java.lang.IllegalArgumentException: invalid email address',
        ...chatter(c, one),
      ]);
  });
  some(0.4, () => {
    c.add('ConfigMap', c.namespace, 'unused-settings', { data: { OLD_ADDR: 'legacy-api:8080', feature: 'true' } });
  });
  some(0.3, () => {
    c.add('PersistentVolumeClaim', c.namespace, 'spare', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'standard',
      },
      status: { phase: 'Pending' },
    });
    const claim = c.get('PersistentVolumeClaim', 'spare');
    c.event(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding', {
      type: 'Normal',
      from: 'persistentvolume-controller',
      count: 400,
    });
  });
  some(0.4, () => {
    const quota = c.add('ResourceQuota', c.namespace, 'roomy', {
      spec: { hard: { pods: '100' } },
      status: { hard: { pods: '100' }, used: { pods: '20' } },
    });
    void quota;
  });
  some(0.3, () => {
    const made = c.deployment(
      c.namespace,
      'debug-shell',
      { app: 'debug-shell' },
      { containers: [{ name: 'sh', image: 'busybox:1.36', command: ['sleep', '1d'] }] },
      0,
    );
    made.status = { observedGeneration: 1 };
  });
  some(0.3, () => {
    const job = c.add('Job', c.namespace, 'seed-data', {
      spec: { backoffLimit: 6 },
      status: { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] },
    });
    const pod = c.pod(
      c.namespace,
      `seed-data-${c.word(5)}`,
      job,
      { 'job-name': 'seed-data' },
      { containers: [{ name: 'seed', image: 'seed:1' }] },
      c.nodes[1]!,
    );
    pod.status.phase = 'Succeeded';
    pod.status.conditions = pod.status.conditions.map((one: Raw) =>
      one.type === 'Ready' || one.type === 'ContainersReady'
        ? { ...one, status: 'False', reason: 'PodCompleted' }
        : one,
    );
    pod.status.containerStatuses[0] = {
      ...pod.status.containerStatuses[0],
      ready: false,
      state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: c.iso(9000), finishedAt: c.iso(8990) } },
    };
  });
  some(0.3, () => {
    const allowing = c.add('NetworkPolicy', 'monitoring', 'default-deny', {
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });
    void allowing;
  });
  some(0.3, () => c.service(c.namespace, 'legacy-headless', { app: 'gone-long-ago' }, 80, 80));
}

function oldExit(c: Cluster, pod: Raw | undefined) {
  const status = pod?.status.containerStatuses?.[0];
  if (!status) return;
  const [code, reason] = c.pick([
    [137, 'OOMKilled'],
    [1, 'Error'],
    [255, 'Unknown'],
    [143, 'Error'],
  ] as const);
  const ago = (2 + Math.floor(c.random() * 9)) * 24 * 60;
  status.restartCount = 1 + Math.floor(c.random() * 3);
  status.lastState = { terminated: { exitCode: code, reason, startedAt: c.iso(ago + 60), finishedAt: c.iso(ago) } };
  status.state = { running: { startedAt: c.iso(ago - 1) } };
}

const isReady = (pod: Raw): boolean =>
  pod.status.conditions?.some((one: Raw) => one.type === 'Ready' && one.status === 'True') ?? false;

/** What a dump lacks at times: events that ran out, kinds that nobody asked for, logs. Says what. */
export function lose(c: Cluster, level: 'whole' | 'events-old' | 'plain' | 'no-logs'): string {
  if (level === 'events-old')
    for (const event of c.all('Event')) if (event.type === 'Normal' || c.random() < 0.5) c.remove(event);
  if (level === 'no-logs') c.logs.length = 0;
  if (level === 'plain') c.absent = PLAIN_LACKS;
  return level;
}

/** `kubectl cluster-info dump` by itself writes no more than nodes, events, pods, Services and what makes pods. */
const PLAIN_LACKS = new Set([
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'StorageClass',
  'ServiceAccount',
  'Namespace',
  'Job',
  'CronJob',
  'StatefulSet',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Certificate',
  'PeerAuthentication',
  'AuthorizationPolicy',
  'DestinationRule',
  'ValidatingWebhookConfiguration',
  'PriorityClass',
]);
