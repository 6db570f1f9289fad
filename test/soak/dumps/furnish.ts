import type { Cluster, Raw } from './cluster.ts';
import type { ServiceSpec } from './shops.ts';

/** The shop, the control plane and what else runs in such a cluster. */
export function furnish(c: Cluster) {
  for (const one of c.shop.services) workload(c, one);
  controlPlane(c);
  for (const name of ['default', 'shop']) c.add('ServiceAccount', c.namespace, name);
  c.add('ConfigMap', c.namespace, 'kube-root-ca.crt', { data: { 'ca.crt': '-----BEGIN CERTIFICATE-----' } });
  c.add('StorageClass', '', 'standard', {
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'rancher.io/local-path',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
  });
  const front = c.specOf(c.shop.front);
  c.deployment(
    c.namespace,
    'loadgenerator',
    { app: 'loadgenerator' },
    {
      containers: [
        {
          name: c.container,
          image: 'locustio/locust:2.31',
          env: [{ name: 'FRONTEND_ADDR', value: `${front.name}:${front.servicePort ?? front.port}` }],
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
        },
      ],
      serviceAccountName: 'default',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
    },
  );
  c.deployment(
    'monitoring',
    'prometheus',
    { app: 'prometheus' },
    {
      containers: [
        {
          name: 'prometheus',
          image: 'quay.io/prometheus/prometheus:v2.54.1',
          ports: [{ containerPort: 9090 }],
          resources: {},
        },
      ],
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
    },
  );
  c.service('monitoring', 'prometheus', { app: 'prometheus' }, 9090, 9090);
}

function workload(c: Cluster, one: ServiceSpec) {
  if (one.secret)
    c.add('Secret', c.namespace, one.secret.name, {
      type: 'Opaque',
      data: Object.fromEntries(one.secret.keys.map((key) => [key, 'cGFzcw=='])),
    });
  if (one.settingsFrom) c.add('ConfigMap', c.namespace, one.settingsFrom, { data: { ...one.calls } });
  if (one.claim) claim(c, one.claim);
  const labels = { app: one.name };
  c.deployment(c.namespace, one.name, labels, podSpec(c, one), one.replicas ?? 1);
  c.service(c.namespace, one.name, labels, one.servicePort ?? one.port, one.port);
}

export function claim(c: Cluster, name: string) {
  const volume = `pvc-${c.word(8)}-${c.word(4)}`;
  const made = c.add('PersistentVolumeClaim', c.namespace, name, {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '5Gi' } },
      storageClassName: 'standard',
      volumeName: volume,
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' } },
  });
  c.add('PersistentVolume', '', volume, {
    spec: {
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { kind: 'PersistentVolumeClaim', namespace: c.namespace, name, uid: made.metadata.uid },
      hostPath: { path: `/var/local-path/${volume}` },
    },
    status: { phase: 'Bound' },
  });
}

function podSpec(c: Cluster, one: ServiceSpec): Raw {
  const probe =
    one.speaks === 'grpc'
      ? { grpc: { port: one.port } }
      : one.speaks === 'http'
        ? { httpGet: { path: '/healthz', port: one.port, scheme: 'HTTP' } }
        : { tcpSocket: { port: one.port } };
  const timing = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, successThreshold: 1 };
  return {
    containers: [
      {
        name: c.container,
        image: one.speaks === 'tcp' ? databaseImage(one.language, one.name) : c.shop.image.replace('NAME', one.name),
        ports: [{ containerPort: one.port, protocol: 'TCP', ...(one.speaks === 'http' ? { name: 'http' } : {}) }],
        env: [
          { name: 'PORT', value: String(one.port) },
          ...Object.entries(one.calls).map(([name, value]) =>
            one.settingsFrom
              ? { name, valueFrom: { configMapKeyRef: { name: one.settingsFrom, key: name } } }
              : { name, value },
          ),
          ...Object.entries(one.env ?? {}).map(([name, value]) => ({ name, value })),
          ...(one.secret?.keys ?? []).map((key) => ({
            name: key,
            valueFrom: { secretKeyRef: { name: one.secret?.name, key } },
          })),
        ],
        resources: {
          requests: { cpu: '100m', memory: one.language === 'java' ? '300Mi' : '64Mi' },
          limits: { cpu: one.language === 'java' ? '1' : '300m', memory: one.language === 'java' ? '700Mi' : '256Mi' },
        },
        readinessProbe: { ...probe, ...timing, initialDelaySeconds: one.language === 'java' ? 60 : 5 },
        livenessProbe: { ...probe, ...timing, initialDelaySeconds: one.language === 'java' ? 90 : 10 },
        ...(one.claim ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {}),
      },
    ],
    ...(one.claim ? { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: one.claim } }] } : {}),
    serviceAccountName: 'default',
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
  };
}

const databaseImage = (language: string, name: string): string =>
  language === 'mysql'
    ? 'mysql:8.0'
    : language === 'mongo'
      ? 'mongo:5.0'
      : name.startsWith('memcached')
        ? 'memcached:1.6'
        : 'redis:7-alpine';

function controlPlane(c: Cluster) {
  const [control = ''] = c.nodes;
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
    c.pod(
      'kube-system',
      `${name}-${control}`,
      c.get('Node', control),
      { component: name, tier: 'control-plane' },
      {
        hostNetwork: true,
        priorityClassName: 'system-node-critical',
        containers: [{ name, image: `registry.k8s.io/${name}:v1.31.2`, command: [name] }],
      },
      control,
    );
  for (const [name, image] of [
    ['kube-proxy', 'registry.k8s.io/kube-proxy:v1.31.2'],
    ['kindnet', 'docker.io/kindest/kindnetd:v20241007'],
  ] as const) {
    const labels = { 'k8s-app': name };
    const spec = { hostNetwork: true, containers: [{ name, image }], tolerations: [{ operator: 'Exists' }] };
    const set = c.add('DaemonSet', 'kube-system', name, {
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      status: {
        desiredNumberScheduled: c.nodes.length,
        currentNumberScheduled: c.nodes.length,
        numberReady: c.nodes.length,
        numberAvailable: c.nodes.length,
        updatedNumberScheduled: c.nodes.length,
      },
    });
    for (const node of c.nodes) c.pod('kube-system', `${name}-${c.word(5)}`, set, labels, spec, node);
  }
  c.add('ConfigMap', 'kube-system', 'coredns', {
    data: {
      Corefile:
        '.:53 {\n    errors\n    health\n    ready\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . /etc/resolv.conf\n    cache 30\n    loop\n    reload\n}\n',
    },
  });
  const dns = { 'k8s-app': 'kube-dns' };
  c.deployment(
    'kube-system',
    'coredns',
    dns,
    {
      containers: [
        {
          name: 'coredns',
          image: 'registry.k8s.io/coredns/coredns:v1.11.3',
          args: ['-conf', '/etc/coredns/Corefile'],
          ports: [{ containerPort: 53, protocol: 'UDP', name: 'dns' }],
          resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
        },
      ],
      dnsPolicy: 'Default',
      schedulerName: 'default-scheduler',
    },
    2,
  );
  const service = c.service('kube-system', 'kube-dns', dns, 53, 53, 'UDP');
  service.spec.clusterIP = '10.96.0.10';
  c.service('default', 'kubernetes', {}, 443, 6443).spec = {
    type: 'ClusterIP',
    clusterIP: '10.96.0.1',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
  };
}
