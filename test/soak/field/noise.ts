import type { Cluster } from './cluster.ts';
import type { Pod } from './model.ts';
import { addPlatform } from './shops.ts';

const DAY = 60 * 24;

const staticPod = (c: Cluster, name: string, image: string, args: string[]): Pod => {
  const node = c.nodeNames[0] as string;
  const pod: Pod = {
    name: `${name}-${node}`,
    ns: 'kube-system',
    labels: { component: name, tier: 'control-plane' },
    annotations: {
      'kubernetes.io/config.source': 'file',
      'kubernetes.io/config.mirror': c.uid(),
      'field/static': name,
    },
    owner: { kind: 'Node', name: node, uid: c.uid() },
    uid: c.uid(),
    spec: {
      containers: [
        {
          name,
          image,
          command: [name, ...args],
          imagePullPolicy: 'IfNotPresent',
          resources: { requests: { cpu: '100m' } },
        },
      ],
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      nodeName: node,
    },
    node,
    ip: '192.168.10.10',
    made: DAY * 40,
    phase: 'Running',
    cs: [
      {
        state: { running: { startedAt: c.at(DAY * 9) } },
        lastState: {
          terminated: {
            exitCode: 255,
            reason: 'Unknown',
            startedAt: c.at(DAY * 40),
            finishedAt: c.at(DAY * 9 + 2),
            containerID: `containerd://${c.rng.word(64, '0123456789abcdef')}`,
          },
        },
        ready: true,
        started: true,
        restarts: c.rng.int(1, 6),
      },
    ],
    ics: [],
    extraMeta: {},
    log: [],
    logs: new Map(),
  };
  c.pods.push(pod);
  return pod;
};

const klog = (c: Cluster, level: string, minutes: number, place: string, text: string): string => {
  const iso = c.nano(minutes);
  return `${level}${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 26)}       1 ${place}] ${text}`;
};

export const addKubeSystem = (c: Cluster): void => {
  const control = /control|master/.test(c.nodeNames[0] as string);
  const k = `registry.k8s.io`;
  const dns = addPlatform(c, 'kube-system', 'coredns', `${k}/coredns/coredns:v1.11.1`, {
    port: 53,
    replicas: 2,
    labels: { 'k8s-app': 'kube-dns' },
  });
  c.services.push({
    name: 'kube-dns',
    ns: 'kube-system',
    ports: [
      { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' },
      { name: 'metrics', port: 9153, targetPort: 9153, protocol: 'TCP' },
    ],
    selector: { 'k8s-app': 'kube-dns' },
    ip: '10.96.0.10',
    type: 'ClusterIP',
    uid: c.uid(),
    made: DAY * 40,
  });
  c.services.push({
    name: 'kubernetes',
    ns: 'default',
    ports: [{ name: 'https', port: 443, targetPort: 6443, protocol: 'TCP' }],
    selector: undefined,
    ip: '10.96.0.1',
    type: 'ClusterIP',
    uid: c.uid(),
    made: DAY * 40,
  });
  for (const pod of c.podsOf(dns))
    pod.log.push(
      '.:53',
      '[INFO] plugin/reload: Running configuration SHA512 = 591cf328cccc12bc490481273e738df59329c62c0b729d94e8b61db9961c2fa5f046dd37f1cf888b953814040d180f52594972691cd6ff41be96639138a43908',
      'CoreDNS-1.11.1',
      'linux/amd64, go1.20.7, ae2bbc2',
      ...(c.rng.chance(0.5)
        ? [
            '[ERROR] plugin/errors: 2 4562347832498.7123478923. HINFO: read udp 10.244.1.7:41234->8.8.8.8:53: i/o timeout',
            '[WARNING] plugin/kubernetes: Kubernetes API connection failure: Get "https://10.96.0.1:443/version": dial tcp 10.96.0.1:443: i/o timeout',
          ]
        : []),
    );
  const proxy = addPlatform(c, 'kube-system', 'kube-proxy', `${k}/kube-proxy:v1.${c.minor}.2`, {
    kind: 'DaemonSet',
    replicas: c.nodeNames.length,
    nodes: c.nodeNames,
  });
  for (const pod of c.podsOf(proxy))
    pod.log.push(
      klog(c, 'I', DAY * 20, 'server_linux.go:69', '"Using iptables proxy"'),
      klog(
        c,
        'E',
        DAY * 20,
        'server.go:1039',
        '"Failed to retrieve node info" err="nodes \\"x\\" is forbidden: User \\"system:serviceaccount:kube-system:kube-proxy\\" cannot get resource \\"nodes\\" in API group \\"\\" at the cluster scope"',
      ).replace('nodes \\"x\\"', `nodes \\"${pod.node}\\"`),
      klog(c, 'I', DAY * 20, 'config.go:315', '"Starting service config controller"'),
    );
  const cni = c.rng.pick(['calico-node', 'kindnet', 'cilium']);
  const net = addPlatform(c, 'kube-system', cni, `docker.io/${cni}:v3.27.0`, {
    kind: 'DaemonSet',
    replicas: c.nodeNames.length,
    nodes: c.nodeNames,
  });
  for (const pod of c.podsOf(net))
    if (c.rng.chance(0.4))
      Object.assign(pod.cs[0] as object, {
        restarts: c.rng.int(1, 4),
        lastState: {
          terminated: {
            exitCode: 255,
            reason: 'Unknown',
            startedAt: c.at(DAY * 30),
            finishedAt: c.at(DAY * 9),
            containerID: 'containerd://abc',
          },
        },
      });
  if (control) {
    const etcd = staticPod(c, 'etcd', `${k}/etcd:3.5.12-0`, ['--data-dir=/var/lib/etcd']);
    etcd.log.push(
      `{"level":"warn","ts":"${c.nano(30)}","caller":"etcdserver/util.go:170","msg":"apply request took too long","took":"138.21ms","expected-duration":"100ms","prefix":"read-only range ","response":"range_response_count:1 size:6432"}`,
    );
    const api = staticPod(c, 'kube-apiserver', `${k}/kube-apiserver:v1.${c.minor}.2`, ['--secure-port=6443']);
    api.log.push(
      klog(
        c,
        'W',
        300,
        'logging.go:59',
        '[core] [Channel #12 SubChannel #13] grpc: addrConn.createTransport failed to connect to {Addr: "127.0.0.1:2379", ServerName: "127.0.0.1:2379", }. Err: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"',
      ),
    );
    staticPod(c, 'kube-controller-manager', `${k}/kube-controller-manager:v1.${c.minor}.2`, [
      '--leader-elect=true',
    ]).log.push(klog(c, 'I', 30, 'garbagecollector.go:553', '"Processing item" logger="garbage-collector-controller"'));
    staticPod(c, 'kube-scheduler', `${k}/kube-scheduler:v1.${c.minor}.2`, ['--leader-elect=true']).log.push(
      klog(c, 'I', 30, 'schedule_one.go:252', '"Successfully bound pod to node"'),
    );
  }
  addPlatform(c, 'kube-system', 'metrics-server', `${k}/metrics-server/metrics-server:v0.7.1`, { port: 10250 });
  addPlatform(c, 'local-path-storage', 'local-path-provisioner', 'docker.io/rancher/local-path-provisioner:v0.0.28');
};

export const addNeighbours = (c: Cluster): void => {
  if (c.rng.chance(0.7)) {
    addPlatform(c, 'monitoring', 'prometheus-server', 'quay.io/prometheus/prometheus:v2.51.0', { port: 9090 });
    addPlatform(c, 'monitoring', 'grafana', 'docker.io/grafana/grafana:10.4.1', { port: 3000 });
    addPlatform(c, 'monitoring', 'kube-state-metrics', 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.12.0');
    addPlatform(c, 'monitoring', 'node-exporter', 'quay.io/prometheus/node-exporter:v1.7.0', {
      kind: 'DaemonSet',
      replicas: c.nodeNames.length,
      nodes: c.nodeNames,
      port: 9100,
    });
    for (const pod of c.pods.filter((one) => one.ns === 'monitoring'))
      pod.log.push(
        'level=info msg="started"',
        'logger=context userId=0 orgId=0 uname= t=2025-03-01T10:00:00Z level=error msg="invalid API key" remote_addr=10.244.0.1 status=401',
      );
  }
  if (c.rng.chance(0.4)) {
    const idle = addPlatform(c, 'staging', 'legacy-api', 'registry.example.com/legacy-api:1.2.0', {
      replicas: 0,
      nodes: [],
      labels: { app: 'legacy-api' },
    });
    idle.conditions = [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      },
    ];
  }
};

const LOGS: Record<string, (c: Cluster, name: string) => string[]> = {
  go: (c, name) => [
    `{"message":"Tracing disabled.","severity":"info","timestamp":"${c.nano(60)}"}`,
    `{"message":"Profiling disabled.","severity":"info","timestamp":"${c.nano(60)}"}`,
    `{"message":"starting ${name} at :8080","severity":"info","timestamp":"${c.nano(59)}"}`,
    `{"message":"request complete","severity":"debug","http.req.path":"/product/OLJCESPC7Z","http.resp.status":200,"http.resp.took_ms":12,"timestamp":"${c.nano(2)}"}`,
  ],
  java: (c, name) => [
    `${c.at(80).replace('T', ' ').replace('Z', '.123')}  INFO 1 --- [           main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): 12345 (http) with context path ''`,
    `${c.at(79).replace('T', ' ').replace('Z', '.998')}  WARN 1 --- [           main] JpaBaseConfiguration$JpaWebConfiguration : spring.jpa.open-in-view is enabled by default. Therefore, database queries may be performed during view rendering.`,
    `${c.at(79).replace('T', ' ').replace('Z', '.501')}  INFO 1 --- [           main] ${name} : Started Application in 48.211 seconds (JVM running for 51.7)`,
    ...(c.rng.chance(0.4)
      ? [
          `${c.at(9).replace('T', ' ').replace('Z', '.100')} ERROR 1 --- [nio-12345-exec-4] i.jaegertracing.internal.JaegerTracer    : io.jaegertracing.internal.exceptions.SenderException: Could not send 1 spans`,
          '\tat io.jaegertracing.thrift.internal.senders.UdpSender.send(UdpSender.java:86)',
        ]
      : []),
    `${c.at(3).replace('T', ' ').replace('Z', '.456')}  INFO 1 --- [nio-12345-exec-7] ${name} : [query][Query done][errors: 0]`,
  ],
  node: (c, name) => [
    `{"level":30,"time":${c.now - 3_600_000},"pid":1,"hostname":"${name}","name":"${name}-server","message":"Profiler disabled."}`,
    `{"level":30,"time":${c.now - 3_590_000},"pid":1,"name":"${name}-server","message":"server started on port 7000"}`,
    "(node:1) Warning: Accessing non-existent property 'INVALID_ALT_NUMBER' of module exports inside circular dependency",
  ],
  python: (c, name) => [
    `{"timestamp": ${(c.now / 1000 - 3000).toFixed(3)}, "severity": "INFO", "name": "${name}-server", "message": "Profiler disabled."}`,
    `{"timestamp": ${(c.now / 1000 - 2999).toFixed(3)}, "severity": "INFO", "name": "${name}-server", "message": "listening on port: 8080"}`,
    ...(c.rng.chance(0.4)
      ? [
          `{"timestamp": ${(c.now / 1000 - 2000).toFixed(3)}, "severity": "ERROR", "name": "opentelemetry.exporter.otlp.proto.grpc.exporter", "message": "Failed to export traces to otel-collector:4317, error code: StatusCode.UNAVAILABLE"}`,
        ]
      : []),
  ],
  dotnet: () => [
    'info: Microsoft.Hosting.Lifetime[14]',
    '      Now listening on: http://[::]:7070',
    'info: cartservice.cartstore.RedisCartStore[0]',
    '      GetCartAsync called with userId=7b7a0c1e-55a1-4f9e-9c6f-6d0f9b1a3a0c',
  ],
  redis: (c) => [
    `1:C ${c.at(80)} # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
    '1:C # WARNING: Memory overcommit must be enabled! Without it, a background save or replication may fail under low memory condition.',
    '1:M * Ready to accept connections tcp',
  ],
  mysql: (c) => [
    `${c.at(90)} 0 [Warning] TIMESTAMP with implicit DEFAULT value is deprecated.`,
    `${c.at(90)} 0 [Warning] CA certificate ca.pem is self signed.`,
    `${c.at(90)} 0 [Note] mysqld: ready for connections.`,
    `${c.at(20)} 31 [Note] Aborted connection 31 to db: 'ts' user: 'ts' host: '10.244.1.9' (Got timeout reading communication packets)`,
  ],
  mongo: (c) => [
    `{"t":{"$date":"${c.nano(80)}"},"s":"W","c":"STORAGE","id":22297,"ctx":"initandlisten","msg":"Using the XFS filesystem is strongly recommended with the WiredTiger storage engine."}`,
    `{"t":{"$date":"${c.nano(80)}"},"s":"I","c":"NETWORK","id":23016,"ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}`,
  ],
  rabbit: (c) => [
    `${c.at(80)} [info] <0.222.0> Server startup complete; 4 plugins started.`,
    `${c.at(33)} [warning] <0.887.0> closing AMQP connection <0.887.0> (10.244.2.8:53412 -> 10.244.1.3:5672): client unexpectedly closed TCP connection`,
  ],
  nginx: (c) => [
    `10.244.0.1 - - [${c.at(4)}] "GET /index.html HTTP/1.1" 200 5021`,
    `${c.at(5)} [error] 7#7: *12 open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory), client: 10.244.0.1, server: localhost, request: "GET /favicon.ico HTTP/1.1"`,
  ],
  locust: (c) => [
    `[${c.at(3)}] loadgenerator/INFO/locust.runners: All users spawned: {"WebsiteUser": 10} (10 total users)`,
    'Type     Name                          # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s',
    'GET      /                               3120     0(0.00%) |     31      12     410     24 |    1.10        0.00',
  ],
};

/** What the shop says while it is well, put in front of what the fault adds. */
export const addLogs = (c: Cluster): void => {
  for (const member of c.members.values())
    for (const pod of c.podsOf(c.workload(member.name)))
      pod.log.unshift(...(LOGS[member.lang]?.(c, member.name) ?? []));
};

/** Old harm and start-up noise on pods that are well, so that a warning alone convicts nobody. */
export const addNoise = (c: Cluster): void => {
  const calm = c.pods.filter(
    (pod) => pod.ns === c.ns && pod.cs.every((one) => one.ready) && !c.lostNodes.has(pod.node ?? ''),
  );
  for (let i = 0; i < 4; i += 1) {
    const pod = calm[c.rng.int(0, calm.length - 1)];
    if (pod === undefined) continue;
    const port = pod.spec.containers[0]?.ports?.[0]?.containerPort ?? 8080;
    const pick = c.rng.int(0, 4);
    if (pick === 0)
      Object.assign(pod.cs[0] as object, {
        restarts: c.rng.int(1, 3),
        state: { running: { startedAt: c.at(Math.max(pod.made - 3, 40) - 0.1) } },
        lastState: {
          terminated: {
            exitCode: c.rng.pick([1, 137, 143]),
            reason: 'Error',
            startedAt: c.at(pod.made),
            finishedAt: c.at(Math.max(pod.made - 3, 40)),
            containerID: 'containerd://0f',
          },
        },
      });
    if (pick === 1)
      c.podEvent(
        pod,
        'Warning',
        'Unhealthy',
        `Readiness probe failed: dial tcp ${pod.ip}:${port}: connect: connection refused`,
        {
          first: Math.min(pod.made, 58),
          last: Math.min(pod.made, 58) - 1,
          count: c.rng.int(1, 3),
          field: `spec.containers{${pod.spec.containers[0]?.name}}`,
        },
      );
    if (pick === 2)
      c.podEvent(
        pod,
        'Warning',
        'FailedMount',
        'MountVolume.SetUp failed for volume "kube-api-access-x7k2p" : failed to sync configmap cache: timed out waiting for the condition',
        { first: 50, count: 1 },
      );
    if (pick === 3)
      c.podEvent(
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${pod.spec.containers[0]?.name} in pod ${pod.name}_${pod.ns}(${pod.uid})`,
        { first: 55, last: 50, count: 3 },
      );
    if (pick === 4)
      c.podEvent(
        pod,
        'Warning',
        'Unhealthy',
        `Liveness probe failed: Get "http://${pod.ip}:${port}/_healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
        { first: 44, last: 44, count: 1 },
      );
  }
  const node = c.rng.pick(c.nodeNames);
  c.event(
    { kind: 'Node', name: node, ns: 'default' },
    'Normal',
    'RegisteredNode',
    `Node ${node} event: Registered Node ${node} in Controller`,
    { from: 'node-controller', first: 40 },
  );
  if (c.rng.chance(0.3))
    c.event(
      { kind: 'Node', name: node, ns: 'default' },
      'Warning',
      'InvalidDiskCapacity',
      'invalid capacity 0 on image filesystem',
      { first: 55 },
    );
};

/** Trouble that is old and elsewhere: nobody's incident of today. */
export const addOldTrouble = (c: Cluster): void => {
  if (c.rng.chance(0.5)) {
    const wl = addPlatform(c, 'dev', 'sandbox-api', 'registry.example.com/dev/sandbox-api:wip', {
      labels: { app: 'sandbox-api' },
    });
    for (const pod of c.podsOf(wl)) {
      Object.assign(pod.cs[0] as object, {
        ready: false,
        started: false,
        restarts: 3100,
        state: {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off 5m0s restarting failed container=sandbox-api pod=${pod.name}_dev(${pod.uid})`,
          },
        },
        lastState: {
          terminated: {
            exitCode: 1,
            reason: 'Error',
            startedAt: c.at(4.2),
            finishedAt: c.at(4.1),
            containerID: 'containerd://77',
          },
        },
      });
      c.podEvent(
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container sandbox-api in pod ${pod.name}_dev(${pod.uid})`,
        { first: DAY * 12, last: 0.4, count: 80123 },
      );
      pod.log.push(
        "Error: Cannot find module '/app/index.js'",
        '    at Module._resolveFilename (node:internal/modules/cjs/loader:1134:15)',
      );
    }
  }
  if (c.rng.chance(0.4)) {
    const wl = addPlatform(c, 'monitoring', 'alertmanager-bridge', 'registry.example.com/bridge:0.1', {
      labels: { app: 'alertmanager-bridge' },
    });
    for (const pod of c.podsOf(wl)) {
      Object.assign(pod.cs[0] as object, {
        ready: false,
        started: false,
        state: {
          waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.example.com/bridge:0.1"' },
        },
      });
      pod.phase = 'Pending';
      c.podEvent(pod, 'Normal', 'BackOff', 'Back-off pulling image "registry.example.com/bridge:0.1"', {
        first: DAY * 12,
        last: 0.4,
        count: 51234,
      });
    }
  }
  for (let i = 0; i < 2; i += 1) {
    const wl = c.rng.pick(
      c.workloads.filter((one) => one.ns === c.ns && one.kind === 'Deployment' && one.replicas > 0),
    );
    const gone = `${wl.name}-${c.rng.word(10)}-${c.rng.word(5)}`;
    c.event(
      { kind: 'Pod', name: gone },
      'Warning',
      'Unhealthy',
      'Readiness probe failed: HTTP probe failed with statuscode: 503',
      { first: 57, last: 55, count: 3 },
    );
  }
};
