import { crashes, pending, roll, standing } from './breaks.ts';
import { type Cluster, deploymentStatus } from './cluster.ts';
import { callersComplain, chatter } from './complaints.ts';
import { type DumpFault, either, isCalled, isDatabase, isProgram, truth, victim } from './fault.ts';

/** The control plane, autoscalers, budgets, Jobs, namespaces. */

const component = (c: Cluster, name: string) => c.get('Pod', `${name}-${c.nodes[0]}`, 'kube-system');
function stop(c: Cluster, name: string) {
  const pod = component(c, name);
  if (c.random() < 0.5) crashes(c, [pod], { exitCode: 1 }, { name, restarts: 6 });
  else {
    pod.status.phase = 'Failed';
    pod.status.containerStatuses[0].ready = false;
    pod.status.containerStatuses[0].state = {
      terminated: { exitCode: 2, reason: 'Error', finishedAt: c.iso(8), startedAt: c.iso(9000) },
    };
    pod.status.conditions = pod.status.conditions.map((one: { type: string }) =>
      one.type === 'Ready' ? { ...one, status: 'False' } : one,
    );
  }
  return pod;
}

export const CLUSTER_FAULTS: DumpFault[] = [
  {
    kind: 'scheduler-down',
    make(c) {
      const pod = stop(c, 'kube-scheduler');
      pending(
        c,
        roll(c, victim(c, isProgram)!.name, () => {}),
        null,
      );
      return truth(pod, 'scheduler_down');
    },
  },
  {
    kind: 'controller-manager-down',
    make(c) {
      const pod = stop(c, 'kube-controller-manager');
      const made = c.get('Deployment', victim(c, isProgram)!.name);
      made.spec.replicas = 3;
      made.metadata.generation = 2;
      return truth(pod, 'controller_manager_down');
    },
  },
  {
    kind: 'kube-proxy-down',
    make(c) {
      const set = c.get('DaemonSet', 'kube-proxy', 'kube-system');
      const pods = c.podsOf('kube-proxy', 'kube-system');
      const node = c.podsOf(c.pick(c.shop.services.filter((one) => Object.keys(one.calls).length > 0)).name)[0]?.spec
        .nodeName;
      const [ill] = pods.filter((one) => one.spec.nodeName === node);
      if (c.random() < 0.5 && ill) {
        crashes(c, [ill], { exitCode: 1 }, { name: 'kube-proxy' });
        c.log(
          ill,
          [
            'E0512 09:31:00.1 1 run.go:74] "command failed" err="failed complete: open /var/lib/kube-proxy/config.conf: no such file or directory"',
          ],
          { name: 'kube-proxy' },
        );
      } else if (ill) c.remove(ill);
      set.status = {
        ...set.status,
        numberReady: pods.length - 1,
        numberAvailable: pods.length - 1,
        numberUnavailable: 1,
      };
      for (const one of c.shop.services)
        if (c.podsOf(one.name)[0]?.spec.nodeName === node)
          for (const callee of Object.values(one.calls))
            callersComplain(c, callee.split(':')[0] ?? '', 'silent', (caller) => caller.name === one.name);
      return either([set, ...pods, ...(node ? [c.get('Node', node)] : [])], 'kube_proxy_down');
    },
  },
  {
    kind: 'autoscaler-blind',
    make(c) {
      const { name } = victim(c, isProgram)!;
      const hpa = c.add('HorizontalPodAutoscaler', c.namespace, name, {
        spec: {
          minReplicas: 1,
          maxReplicas: 5,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
          ],
        },
        status: {
          currentReplicas: 1,
          desiredReplicas: 1,
          conditions: [
            { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale', message: 'x' },
            {
              type: 'ScalingActive',
              status: 'False',
              reason: 'FailedGetResourceMetric',
              message:
                'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
              lastTransitionTime: c.iso(30),
            },
          ],
        },
      });
      c.event(
        hpa,
        'FailedGetResourceMetric',
        'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
        { from: 'horizontal-pod-autoscaler', count: 90 },
      );
      return truth(hpa, 'autoscaler_blind');
    },
  },
  {
    kind: 'autoscaler-at-bound',
    make(c) {
      const { name } = victim(c, isProgram)!;
      const hpa = c.add('HorizontalPodAutoscaler', c.namespace, `${name}-hpa`, {
        spec: {
          minReplicas: 1,
          maxReplicas: 1,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
          ],
        },
        status: {
          currentReplicas: 1,
          desiredReplicas: 1,
          currentMetrics: [
            { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 214, averageValue: '214m' } } },
          ],
          conditions: [
            {
              type: 'AbleToScale',
              status: 'True',
              reason: 'ReadyForNewScale',
              message: 'recommended size matches current size',
            },
            { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: 'x' },
            {
              type: 'ScalingLimited',
              status: 'True',
              reason: 'TooManyReplicas',
              message: 'the desired replica count is more than the maximum replica count',
              lastTransitionTime: c.iso(40),
            },
          ],
        },
      });
      return truth(hpa, 'autoscaler_at_limit');
    },
  },
  {
    kind: 'budget-blocks-drain',
    make(c) {
      const one = victim(c, isProgram)!;
      const [pod] = c.podsOf(one.name);
      const node = c.get('Node', pod?.spec.nodeName);
      node.spec.unschedulable = true;
      node.spec.taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: c.iso(50) }];
      for (const other of c.all('Pod', c.namespace))
        if (other.spec.nodeName === node.metadata.name && other.metadata.labels.app !== one.name)
          other.spec.nodeName = c.nodes.slice(1).find((each) => each !== node.metadata.name);
      const count = c.podsOf(one.name).length;
      const budget = c.add('PodDisruptionBudget', c.namespace, `${one.name}-pdb`, {
        spec: { minAvailable: count, selector: { matchLabels: { app: one.name } } },
        status: {
          currentHealthy: count,
          desiredHealthy: count,
          disruptionsAllowed: 0,
          expectedPods: count,
          observedGeneration: 1,
          conditions: [
            {
              type: 'DisruptionAllowed',
              status: 'False',
              reason: 'InsufficientPods',
              message: '',
              lastTransitionTime: c.iso(60),
            },
          ],
        },
      });
      return truth(budget, 'budget_blocks');
    },
  },
  {
    kind: 'job-backoff-limit',
    make(c) {
      const job = c.add('Job', c.namespace, 'nightly-import-29177885', {
        spec: {
          backoffLimit: 3,
          template: { spec: { containers: [{ name: 'import', image: 'import:1' }], restartPolicy: 'Never' } },
        },
        status: {
          failed: 4,
          startTime: c.iso(50),
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
              lastTransitionTime: c.iso(30),
            },
          ],
        },
      });
      c.event(job, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', {
        from: 'job-controller',
        count: 1,
      });
      const pod = c.pod(
        c.namespace,
        `nightly-import-29177885-${c.word(5)}`,
        job,
        { 'job-name': job.metadata.name },
        { containers: [{ name: 'import', image: 'import:1' }], restartPolicy: 'Never' },
        c.nodes[1]!,
        40,
      );
      pod.status.phase = 'Failed';
      pod.status.containerStatuses[0] = {
        ...pod.status.containerStatuses[0],
        ready: false,
        state: { terminated: { exitCode: 1, reason: 'Error', startedAt: c.iso(40), finishedAt: c.iso(39) } },
      };
      c.log(pod, ['reading rows', 'fatal: 17 rows without a price'], { name: 'import' });
      return truth(job, 'job_failed');
    },
  },
  {
    kind: 'job-deadline',
    make(c) {
      const job = c.add('Job', c.namespace, 'reindex', {
        metadata: { creationTimestamp: c.iso(90) },
        spec: {
          activeDeadlineSeconds: 600,
          backoffLimit: 6,
          template: { spec: { containers: [{ name: 'reindex', image: 'reindex:1' }], restartPolicy: 'Never' } },
        },
        status: {
          failed: 1,
          startTime: c.iso(90),
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'DeadlineExceeded',
              message: 'Job was active longer than specified deadline',
              lastTransitionTime: c.iso(80),
            },
          ],
        },
      });
      c.event(job, 'DeadlineExceeded', 'Job was active longer than specified deadline', {
        from: 'job-controller',
        count: 1,
      });
      return truth(job, 'job_failed');
    },
  },
  {
    kind: 'cron-job-suspended',
    make(c) {
      const cron = c.add('CronJob', c.namespace, 'nightly-report', {
        spec: {
          schedule: '*/5 * * * *',
          suspend: true,
          jobTemplate: {
            spec: {
              template: { spec: { containers: [{ name: 'report', image: 'report:1' }], restartPolicy: 'Never' } },
            },
          },
        },
        status: { lastScheduleTime: c.iso(3 * 24 * 60), lastSuccessfulTime: c.iso(3 * 24 * 60 - 1) },
      });
      return truth(cron, 'cron_job_suspended');
    },
  },
  {
    kind: 'namespace-held-by-finalizer',
    make(c) {
      const ns = c.add('Namespace', '', 'old-team', {
        metadata: { deletionTimestamp: c.iso(300) },
        spec: { finalizers: ['kubernetes'] },
        status: {
          phase: 'Terminating',
          conditions: [
            {
              type: 'NamespaceContentRemaining',
              status: 'True',
              reason: 'SomeResourcesRemain',
              message: 'Some resources are remaining: widgets.example.com has 1 resource instances',
              lastTransitionTime: c.iso(300),
            },
            {
              type: 'NamespaceFinalizersRemaining',
              status: 'True',
              reason: 'SomeFinalizersRemain',
              message:
                'Some content in the namespace has finalizers remaining: widgets.example.com/cleanup in 1 resource instances',
              lastTransitionTime: c.iso(300),
            },
          ],
        },
      });
      return truth(ns, 'namespace_terminating');
    },
  },
  {
    kind: 'rollout-paused',
    make(c) {
      const { name } = victim(c, isProgram)!;
      const made = c.get('Deployment', name);
      made.spec.paused = true;
      made.spec.template.spec.containers[0].image = made.spec.template.spec.containers[0].image.replace(/:.*$/, ':v3');
      made.metadata.generation = 2;
      made.status = {
        ...deploymentStatus(made.spec.replicas, made.spec.replicas, c.iso(900)),
        observedGeneration: 2,
        updatedReplicas: 0,
      };
      made.status.conditions.push({
        type: 'Progressing',
        status: 'Unknown',
        reason: 'DeploymentPaused',
        message: 'Deployment is paused',
        lastTransitionTime: c.iso(40),
      });
      return truth(made, 'rollout_paused');
    },
  },
  {
    kind: 'database-down',
    make(c) {
      const one = victim(c, (each) => isDatabase(each) && isCalled(c)(each))!;
      const pods = standing(c, one.name);
      crashes(c, pods, { reason: 'OOMKilled', exitCode: 137 });
      callersComplain(c, one.name, 'refused');
      return truth(c.get('Deployment', one.name), 'oom_killed');
    },
  },
  {
    kind: 'database-disk-full',
    byLogs: true,
    make(c) {
      const one = victim(c, (each) => isDatabase(each) && isCalled(c)(each) && each.claim !== undefined)!;
      const pods = standing(c, one.name);
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [
          {
            mysql:
              '2026-05-12T09:30:00.000000Z 0 [ERROR] [MY-012814] [InnoDB] preallocating 12582912 bytes for file ./ibtmp1 failed with error 28: No space left on device',
            mongo:
              '{"t":{"$date":"2026-05-12T09:30:00.000+00:00"},"s":"E",  "c":"STORAGE",  "id":22435,   "ctx":"initandlisten","msg":"WiredTiger error","attr":{"error":28,"message":"No space left on device"}}',
            redis: '1:M 12 May 2026 09:30:00.000 # Write error saving DB on disk: No space left on device',
          }[one.language as 'mysql'] ?? '',
        ]);
      callersComplain(c, one.name, 'refused');
      return either([c.get('Deployment', one.name), c.get('PersistentVolumeClaim', one.claim!)], 'disk_full');
    },
  },
  {
    kind: 'volume-owned-by-root',
    byLogs: true,
    make(c) {
      const one = victim(c, (each) => isDatabase(each) && each.claim !== undefined)!;
      const pods = roll(
        c,
        one.name,
        (container) => {
          container.securityContext = { runAsUser: 1001 };
        },
        false,
      );
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(pod, [
          {
            mysql: "mysqld: Can't create/write to file '/data/is_writable' (OS errno 13 - Permission denied)",
            mongo:
              '{"s":"E","c":"STORAGE","msg":"Failed to open /data/db/WiredTiger.wt","attr":{"error":"13: Permission denied"}}',
            redis:
              "1:M 12 May 2026 09:30:00.000 # Can't open or create append-only dir appendonlydir: Permission denied",
          }[one.language as 'mysql'] ?? '',
        ]);
      callersComplain(c, one.name, 'refused');
      return truth(c.get('Deployment', one.name), 'volume_permission_denied', 'permission_denied');
    },
  },
];

/** Kinds that came after the code that names them was mended for the others: nothing was fitted to their words. */
export const LATER_FAULTS: DumpFault[] = [
  {
    kind: 'cpu-limit-far-too-low',
    make(c) {
      const one = victim(c, isProgram)!;
      const pods = roll(c, one.name, (container) => {
        container.resources = { limits: { cpu: '10m', memory: '256Mi' }, requests: { cpu: '10m', memory: '64Mi' } };
      });
      crashes(c, pods, { exitCode: 137, reason: 'Error' }, { running: true });
      for (const pod of pods) {
        const at = `${pod.status.podIP}:${one.port}`;
        c.event(
          pod,
          'Unhealthy',
          one.speaks === 'grpc'
            ? `Liveness probe failed: timeout: health rpc did not complete within 1s`
            : `Liveness probe failed: Get "http://${at}/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
          { count: 12 },
        );
        c.event(pod, 'Killing', `Container ${c.container} failed liveness probe, will be restarted`, {
          type: 'Normal',
          count: 4,
        });
      }
      return truth(c.get('Deployment', one.name), 'cpu_limit_too_low', 'liveness_probe_timing');
    },
  },
  {
    kind: 'database-port-wrong',
    make(c) {
      const client = victim(
        c,
        (one) =>
          isProgram(one) &&
          Object.values(one.calls).some((at) =>
            c.shop.services.some((other) => isDatabase(other) && at.startsWith(`${other.name}:`)),
          ),
      )!;
      const [setting = '', was = ''] = Object.entries(client.calls).find(([, at]) =>
        c.shop.services.some((other) => isDatabase(other) && at.startsWith(`${other.name}:`)),
      )!;
      const [host = '', port = ''] = was.split(':');
      const bad = String(Number(port) + 1);
      const pods = roll(
        c,
        client.name,
        (container) => {
          container.env = container.env.filter((env: { name: string }) => env.name !== setting);
          container.env.push({ name: 'DB_HOST', value: host }, { name: 'DB_PORT', value: bad });
        },
        false,
      );
      crashes(c, pods, { exitCode: 1 });
      for (const pod of pods)
        c.log(
          pod,
          client.language === 'java'
            ? [
                'com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure',
                'The last packet sent successfully to the server was 0 milliseconds ago.',
                'Caused by: java.net.ConnectException: Connection timed out (Connection timed out)',
              ]
            : [`panic: dial tcp ${c.get('Service', host).spec.clusterIP}:${bad}: i/o timeout`],
        );
      return truth(c.get('Deployment', client.name), 'wrong_port');
    },
  },
  {
    kind: 'route-in-mounted-file-wrong',
    make(c) {
      const one = victim(c, (each) => isProgram(each) && Object.keys(each.calls).length > 1 && !each.settingsFrom)!;
      const [callee = '', port = ''] = (Object.values(one.calls)[0] ?? '').split(':');
      const bad = `${callee.replace(/s?$/, '')}-backend`;
      const map = c.add('ConfigMap', c.namespace, `${one.name}-routes`, {
        metadata: { creationTimestamp: c.iso(9) },
        data: {
          'application.yml': `routes:\n  - id: first\n    uri: http://${bad}:${port}\n    predicates: [Path=/api/**]\n`,
        },
      });
      const pods = roll(
        c,
        one.name,
        (container, spec) => {
          spec.volumes = [...(spec.volumes ?? []), { name: 'routes', configMap: { name: map.metadata.name } }];
          container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'routes', mountPath: '/etc/routes' }];
        },
        false,
      );
      for (const pod of pods)
        c.log(pod, [
          ...chatter(c, one),
          `ERROR reactor.netty: java.net.UnknownHostException: Failed to resolve '${bad}' [A(1)] after 4 queries`,
          `ERROR reactor.netty: java.net.UnknownHostException: Failed to resolve '${bad}' [A(1)] after 4 queries`,
        ]);
      return either([map, c.get('Deployment', one.name)], 'wrong_address');
    },
  },
  {
    kind: 'node-drops-packets',
    byLogs: true,
    make(c) {
      const node = c.nodes[1]!;
      const there = c.shop.services.filter((one) => c.podsOf(one.name).every((pod) => pod.spec.nodeName === node));
      const names = new Set(there.map(({ name }) => name));
      if (there.length < 2) return null;
      for (const one of there) callersComplain(c, one.name, 'silent', (caller) => !names.has(caller.name));
      for (const one of c.shop.services)
        if (!names.has(one.name)) callersComplain(c, one.name, 'silent', (caller) => names.has(caller.name));
      if (new Set(c.logs.map(({ pod }) => pod)).size < 3) return null;
      return truth(c.get('Node', node), 'node_network_down');
    },
  },
  {
    kind: 'volume-name-unknown',
    make(c) {
      const one = victim(c, isProgram)!;
      const pods = roll(c, one.name, (container, spec) => {
        spec.volumes = [{ name: 'certs', secret: { secretName: `${one.name}-cert` } }];
        container.volumeMounts = [{ name: 'certs', mountPath: '/certs' }];
      });
      for (const pod of pods) {
        pod.status.phase = 'Pending';
        pod.status.containerStatuses = pod.status.containerStatuses.map((status: Record<string, unknown>) => ({
          ...status,
          ready: false,
          started: false,
          state: { waiting: { reason: 'ContainerCreating' } },
        }));
        pod.status.conditions = pod.status.conditions.map((each: { type: string }) =>
          each.type === 'PodScheduled' ? each : { ...each, status: 'False' },
        );
        c.event(
          pod,
          'FailedMount',
          `MountVolume.SetUp failed for volume "certs" : secret "${one.name}-cert" not found`,
          { count: 9 },
        );
        c.event(
          pod,
          'FailedMount',
          'Unable to attach or mount volumes: unmounted volumes=[certs], unattached volumes=[certs kube-api-access-x]: timed out waiting for the condition',
          { count: 2 },
        );
      }
      return truth(c.get('Deployment', one.name), 'secret_missing');
    },
  },
  {
    kind: 'stateful-set-claim-pending',
    make(c) {
      const labels = { app: 'orders-db' };
      const spec = {
        containers: [
          {
            name: 'db',
            image: 'postgres:16',
            ports: [{ containerPort: 5432 }],
            volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql' }],
          },
        ],
        schedulerName: 'default-scheduler',
        dnsPolicy: 'ClusterFirst',
      };
      const set = c.add('StatefulSet', c.namespace, 'orders-db', {
        spec: {
          replicas: 1,
          serviceName: 'orders-db',
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec },
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: {
                storageClassName: 'gp5',
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: '10Gi' } },
              },
            },
          ],
        },
        status: { replicas: 1 },
      });
      c.service(c.namespace, 'orders-db', labels, 5432, 5432);
      const pod = c.pod(
        c.namespace,
        'orders-db-0',
        set,
        labels,
        { ...spec, volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-orders-db-0' } }] },
        c.nodes[1]!,
        12,
      );
      const claim = c.add('PersistentVolumeClaim', c.namespace, 'data-orders-db-0', {
        metadata: { creationTimestamp: c.iso(12) },
        spec: { storageClassName: 'gp5', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
        status: { phase: 'Pending' },
      });
      c.event(claim, 'ProvisioningFailed', 'storageclass.storage.k8s.io "gp5" not found', {
        from: 'persistentvolume-controller',
        count: 40,
      });
      pending(
        c,
        [pod],
        `0/${c.nodes.length} nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return truth(claim, 'storage_class_mismatch');
    },
  },
  {
    kind: 'daemon-set-pod-crashes-on-one-node',
    make(c) {
      const set = c.get('DaemonSet', 'kindnet', 'kube-system');
      const [pod] = c.podsOf('kindnet', 'kube-system');
      crashes(c, [pod!], { exitCode: 1 }, { name: 'kindnet' });
      c.log(
        pod!,
        [
          'panic: Failed to get node: Get "https://10.96.0.1:443/api/v1/nodes/x": dial tcp 10.96.0.1:443: connect: no route to host',
        ],
        { name: 'kindnet' },
      );
      set.status.numberReady -= 1;
      return truth(set, 'crash_loop', 'cni_failed', 'dependency_silent');
    },
  },
  {
    kind: 'all-is-well',
    make(c) {
      return { objects: [{ kind: 'Namespace', namespace: '', name: c.namespace }], what: [] };
    },
  },
];
