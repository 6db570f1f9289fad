import { Cluster, type Member, type Rng, startEvents } from './cluster.ts';
import type { ContainerSpec, Env, PodSpec, Workload } from './model.ts';

const env = (name: string, value: string): Env => ({ name, value });

const healthProbe = (port: number, more: Record<string, unknown> = {}) => ({
  grpc: { port, service: '' },
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
  ...more,
});
const httpProbe = (path: string, port: number, more: Record<string, unknown> = {}) => ({
  httpGet: { path, port, scheme: 'HTTP' },
  initialDelaySeconds: 10,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
  ...more,
});
const tcpProbe = (port: number, more: Record<string, unknown> = {}) => ({
  tcpSocket: { port },
  initialDelaySeconds: 5,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
  ...more,
});

interface Part extends Member {
  image: string;
  env?: Env[];
  svcPort?: number;
  kind?: Workload['kind'];
  noService?: boolean;
  probe?: 'grpc' | 'http' | 'tcp' | 'none';
  limits?: [string, string];
  requests?: [string, string];
  container?: string;
  volumes?: Record<string, unknown>[];
  mounts?: ContainerSpec['volumeMounts'];
  replicas?: number;
  envFrom?: Record<string, unknown>[];
}

const addPart = (c: Cluster, part: Part, age: number): Workload => {
  const { name, port } = part;
  const container: ContainerSpec = {
    name: part.container ?? 'server',
    image: part.image,
    imagePullPolicy: part.image.endsWith(':latest') ? 'Always' : 'IfNotPresent',
    ...(part.noService ? {} : { ports: [{ containerPort: port, protocol: 'TCP' }] }),
    ...(part.env && { env: part.env }),
    ...(part.envFrom && { envFrom: part.envFrom }),
    resources: {
      requests: { cpu: part.requests?.[0] ?? '100m', memory: part.requests?.[1] ?? '64Mi' },
      limits: { cpu: part.limits?.[0] ?? '200m', memory: part.limits?.[1] ?? '128Mi' },
    },
    ...(part.mounts && { volumeMounts: part.mounts }),
  };
  const probe = part.probe ?? 'none';
  if (probe === 'grpc')
    Object.assign(container, { readinessProbe: healthProbe(port), livenessProbe: healthProbe(port) });
  if (probe === 'http')
    Object.assign(container, {
      readinessProbe: httpProbe('/_healthz', port),
      livenessProbe: httpProbe('/_healthz', port),
    });
  if (probe === 'tcp')
    Object.assign(container, {
      readinessProbe: tcpProbe(port, part.lang === 'java' ? { initialDelaySeconds: 60 } : {}),
    });
  const template: PodSpec = {
    containers: [container],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: part.lang === 'java' ? 30 : 5,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
    securityContext: {},
    ...(part.volumes && { volumes: part.volumes }),
  };
  const wl: Workload = {
    kind: part.kind ?? 'Deployment',
    name,
    ns: c.ns,
    labels: { app: name },
    template,
    templateAnnotations: {},
    replicas: part.replicas ?? 1,
    hash: c.rng.word(10),
    uid: c.uid(),
    made: age,
    changed: age,
    revision: 1,
    specMore: {},
  };
  c.workloads.push(wl);
  c.members.set(name, { name, lang: part.lang, port, calls: part.calls });
  for (let i = 0; i < wl.replicas; i += 1) {
    const pod = c.makePod(wl, i, age - 0.1, c.rng.pick(c.nodeNames.filter((one) => !/control/.test(one))));
    startEvents(c, pod);
  }
  if (!part.noService) {
    c.services.push({
      name,
      ns: c.ns,
      ports: [
        {
          name: part.lang === 'go' ? 'grpc' : `tcp-${part.svcPort ?? port}`,
          port: part.svcPort ?? port,
          targetPort: port,
          protocol: 'TCP',
        },
      ],
      selector: { app: name },
      ip: `10.96.${c.rng.int(0, 255)}.${c.rng.int(2, 250)}`,
      type: 'ClusterIP',
      uid: c.uid(),
      made: age,
    });
  }
  return wl;
};

const boutique = (c: Cluster, age: number): void => {
  const tag = c.rng.pick(['v0.8.0', 'v0.9.0', 'v0.10.1', 'v0.5.2']);
  const image = (name: string) =>
    `${c.rng.chance(0.7) ? 'gcr.io/google-samples/microservices-demo' : 'us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo'}/${name}:${tag}`;
  const addr = {
    PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice:3550',
    CURRENCY_SERVICE_ADDR: 'currencyservice:7000',
    CART_SERVICE_ADDR: 'cartservice:7070',
    RECOMMENDATION_SERVICE_ADDR: 'recommendationservice:8080',
    SHIPPING_SERVICE_ADDR: 'shippingservice:50051',
    CHECKOUT_SERVICE_ADDR: 'checkoutservice:5050',
    AD_SERVICE_ADDR: 'adservice:9555',
    PAYMENT_SERVICE_ADDR: 'paymentservice:50051',
    EMAIL_SERVICE_ADDR: 'emailservice:5000',
  };
  const use = (...names: (keyof typeof addr)[]) => names.map((one) => env(one, addr[one]));
  const p = (name: string, lang: string, port: number, calls: string[], more: Partial<Part> = {}): void => {
    addPart(
      c,
      {
        name,
        lang,
        port,
        calls,
        image: image(name),
        probe: 'grpc',
        ...more,
        env: [env('PORT', String(port)), ...(more.env ?? [])],
      },
      age,
    );
  };
  p(
    'frontend',
    'go',
    8080,
    [
      'productcatalogservice',
      'currencyservice',
      'cartservice',
      'recommendationservice',
      'shippingservice',
      'checkoutservice',
      'adservice',
    ],
    {
      svcPort: 80,
      probe: 'http',
      env: [
        ...use(
          'PRODUCT_CATALOG_SERVICE_ADDR',
          'CURRENCY_SERVICE_ADDR',
          'CART_SERVICE_ADDR',
          'RECOMMENDATION_SERVICE_ADDR',
          'SHIPPING_SERVICE_ADDR',
          'CHECKOUT_SERVICE_ADDR',
          'AD_SERVICE_ADDR',
        ),
        env('ENABLE_PROFILER', '0'),
      ],
    },
  );
  p('cartservice', 'dotnet', 7070, ['redis-cart'], {
    env: [env('REDIS_ADDR', 'redis-cart:6379')],
    requests: ['200m', '64Mi'],
    limits: ['300m', '128Mi'],
  });
  p('productcatalogservice', 'go', 3550, [], { env: [env('DISABLE_PROFILER', '1')] });
  p('currencyservice', 'node', 7000, [], { env: [env('DISABLE_PROFILER', '1')] });
  p('paymentservice', 'node', 50051, [], { env: [env('DISABLE_PROFILER', '1')] });
  p('shippingservice', 'go', 50051, [], { env: [env('DISABLE_PROFILER', '1')] });
  p('emailservice', 'python', 8080, [], { svcPort: 5000, env: [env('DISABLE_PROFILER', '1')] });
  p(
    'checkoutservice',
    'go',
    5050,
    ['productcatalogservice', 'shippingservice', 'paymentservice', 'emailservice', 'currencyservice', 'cartservice'],
    {
      env: use(
        'PRODUCT_CATALOG_SERVICE_ADDR',
        'SHIPPING_SERVICE_ADDR',
        'PAYMENT_SERVICE_ADDR',
        'EMAIL_SERVICE_ADDR',
        'CURRENCY_SERVICE_ADDR',
        'CART_SERVICE_ADDR',
      ),
    },
  );
  p('recommendationservice', 'python', 8080, ['productcatalogservice'], {
    env: [...use('PRODUCT_CATALOG_SERVICE_ADDR'), env('DISABLE_PROFILER', '1')],
    requests: ['100m', '220Mi'],
    limits: ['200m', '450Mi'],
  });
  p('adservice', 'java', 9555, [], { requests: ['200m', '180Mi'], limits: ['300m', '300Mi'] });
  addPart(
    c,
    {
      name: 'redis-cart',
      lang: 'redis',
      port: 6379,
      calls: [],
      image: 'redis:alpine',
      container: 'redis',
      probe: 'tcp',
      requests: ['70m', '200Mi'],
      limits: ['125m', '256Mi'],
      mounts: [{ name: 'redis-data', mountPath: '/data' }],
      volumes: [{ name: 'redis-data', emptyDir: {} }],
    },
    age,
  );
  addPart(
    c,
    {
      name: 'loadgenerator',
      lang: 'locust',
      port: 8089,
      calls: ['frontend'],
      image: image('loadgenerator'),
      container: 'main',
      noService: true,
      env: [env('FRONTEND_ADDR', 'frontend:80'), env('USERS', '10')],
      requests: ['300m', '256Mi'],
      limits: ['500m', '512Mi'],
    },
    age,
  );
  c.services.push({
    ...c.service('frontend'),
    name: 'frontend-external',
    type: 'LoadBalancer',
    ip: `10.96.${c.rng.int(0, 255)}.${c.rng.int(2, 250)}`,
    uid: c.uid(),
  });
};

const TRAIN: [string, number, string[], boolean][] = [
  ['auth', 12340, ['verification-code'], true],
  ['user', 12342, ['auth'], true],
  ['order', 12031, ['station'], true],
  ['order-other', 12032, ['station'], true],
  ['travel', 12346, ['basic', 'train', 'route', 'seat', 'order'], true],
  ['travel2', 16346, ['basic', 'train', 'route', 'seat', 'order-other'], true],
  ['station', 12345, [], true],
  ['train', 14567, [], true],
  ['route', 11178, [], true],
  ['price', 16579, [], true],
  ['contacts', 12347, [], true],
  ['config', 15679, [], true],
  ['security', 11188, ['order', 'order-other'], true],
  ['inside-payment', 18673, ['order', 'order-other', 'payment'], true],
  ['payment', 19001, [], true],
  ['assurance', 18888, [], true],
  ['consign', 16111, ['consign-price'], true],
  ['consign-price', 16110, [], true],
  ['notification', 17853, [], false],
  ['food', 18856, ['station-food', 'train-food', 'travel'], true],
  ['station-food', 18855, [], true],
  ['train-food', 19999, [], true],
  ['delivery', 18808, [], true],
  ['basic', 15680, ['station', 'train', 'route', 'price'], false],
  ['seat', 18898, ['order', 'order-other', 'config'], false],
  [
    'preserve',
    14568,
    ['contacts', 'seat', 'security', 'station', 'travel', 'food', 'consign', 'assurance', 'order', 'user'],
    false,
  ],
  [
    'preserve-other',
    14569,
    ['contacts', 'seat', 'security', 'station', 'travel2', 'food', 'consign', 'assurance', 'order-other', 'user'],
    false,
  ],
  ['cancel', 18885, ['order', 'order-other', 'inside-payment', 'user', 'notification'], false],
  ['rebook', 18886, ['seat', 'travel', 'order', 'inside-payment'], false],
  ['execute', 12386, ['order', 'order-other'], false],
  ['ticket-office', 16108, [], false],
  ['travel-plan', 14322, ['travel', 'travel2', 'seat', 'route-plan'], false],
  ['route-plan', 14578, ['route', 'travel', 'travel2'], false],
  ['verification-code', 15678, [], false],
  ['news', 12862, [], false],
  ['voucher', 16101, ['order'], false],
  ['admin-order', 16112, ['order', 'order-other'], false],
  ['admin-basic-info', 18767, ['station', 'train', 'config', 'price', 'contacts'], false],
  ['admin-route', 16113, ['route', 'station'], false],
  ['admin-travel', 16114, ['travel', 'travel2', 'station', 'train', 'route'], false],
  ['admin-user', 16115, ['user'], false],
  ['wait-order', 17525, ['order', 'contacts'], false],
];

const train = (c: Cluster, age: number): void => {
  const tag = c.rng.pick(['0.2.0', '1.0.0', 'latest']);
  const db = c.rng.pick(['mysql', 'mongo']);
  const own = new Set([
    'auth',
    'user',
    'order',
    'travel',
    'station',
    'route',
    'payment',
    'food',
    'security',
    'consign',
    'contacts',
    'price',
  ]);
  const dbOf = (name: string) => (own.has(name) ? `ts-${name}-${db}` : `ts-order-${db}`);
  for (const [name, port, calls, has] of TRAIN) {
    const full = `ts-${name}-service`;
    const lang = name === 'ticket-office' ? 'node' : name === 'news' ? 'go' : name === 'voucher' ? 'python' : 'java';
    const key = name.toUpperCase().replaceAll('-', '_');
    const dbEnv = has
      ? db === 'mysql'
        ? [
            env(`${key}_MYSQL_HOST`, dbOf(name)),
            env(`${key}_MYSQL_PORT`, '3306'),
            env(`${key}_MYSQL_DATABASE`, 'ts'),
            env(`${key}_MYSQL_USER`, 'ts'),
            env(`${key}_MYSQL_PASSWORD`, 'Ts_123456'),
          ]
        : [env('SPRING_DATA_MONGODB_URI', `mongodb://${dbOf(name)}:27017/ts`)]
      : [];
    const rabbit = ['notification', 'preserve', 'delivery', 'food'].includes(name)
      ? [env('rabbitmq_host', 'rabbitmq'), env('rabbitmq_port', '5672')]
      : [];
    addPart(
      c,
      {
        name: full,
        lang,
        port,
        calls: [
          ...calls.map((one) => `ts-${one}-service`),
          ...(has ? [dbOf(name)] : []),
          ...(rabbit.length > 0 ? ['rabbitmq'] : []),
        ],
        image: `codewisdom/${full}:${tag}`,
        container: full,
        probe: 'tcp',
        requests: ['50m', lang === 'java' ? '300Mi' : '100Mi'],
        limits: ['500m', lang === 'java' ? '700Mi' : '300Mi'],
        env: [...dbEnv, ...rabbit, ...(lang === 'java' ? [env('JAVA_OPTS', '-Xmx200m')] : [])],
      },
      age,
    );
  }
  for (const name of own) {
    if (db === 'mysql')
      addPart(
        c,
        {
          name: `ts-${name}-mysql`,
          lang: 'mysql',
          port: 3306,
          calls: [],
          image: 'mysql:5.7',
          container: 'mysql',
          probe: 'tcp',
          kind: 'StatefulSet',
          requests: ['100m', '300Mi'],
          limits: ['500m', '1Gi'],
          env: [
            env('MYSQL_ROOT_PASSWORD', 'root'),
            env('MYSQL_DATABASE', 'ts'),
            env('MYSQL_USER', 'ts'),
            env('MYSQL_PASSWORD', 'Ts_123456'),
          ],
          mounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-ts-${name}-mysql-0` } }],
        },
        age,
      );
    else
      addPart(
        c,
        {
          name: `ts-${name}-mongo`,
          lang: 'mongo',
          port: 27017,
          calls: [],
          image: 'mongo:4.4.15',
          container: `ts-${name}-mongo`,
          probe: 'tcp',
          requests: ['50m', '200Mi'],
          limits: ['500m', '500Mi'],
        },
        age,
      );
  }
  addPart(
    c,
    {
      name: 'rabbitmq',
      lang: 'rabbit',
      port: 5672,
      calls: [],
      image: 'rabbitmq:3-management',
      container: 'rabbitmq',
      probe: 'tcp',
      requests: ['100m', '200Mi'],
      limits: ['500m', '600Mi'],
    },
    age,
  );
  addPart(
    c,
    {
      name: 'ts-gateway-service',
      lang: 'java',
      port: 18888,
      calls: TRAIN.map(([name]) => `ts-${name}-service`).filter((name) => !/price|verification/.test(name)),
      image: `codewisdom/ts-gateway-service:${tag}`,
      container: 'ts-gateway-service',
      probe: 'tcp',
      requests: ['100m', '300Mi'],
      limits: ['1', '900Mi'],
    },
    age,
  );
  addPart(
    c,
    {
      name: 'ts-ui-dashboard',
      lang: 'nginx',
      port: 8080,
      calls: ['ts-gateway-service'],
      image: `codewisdom/ts-ui-dashboard:${tag}`,
      container: 'ts-ui-dashboard',
      probe: 'tcp',
      requests: ['50m', '100Mi'],
      limits: ['200m', '200Mi'],
    },
    age,
  );
  for (const wl of c.workloads) {
    if (wl.kind !== 'StatefulSet') continue;
    const claim = `data-${wl.name}-0`;
    c.add('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claim,
        namespace: c.ns,
        creationTimestamp: c.at(age),
        uid: c.uid(),
        annotations: {
          'pv.kubernetes.io/bind-completed': 'yes',
          'volume.kubernetes.io/storage-provisioner': 'rancher.io/local-path',
        },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '5Gi' } },
        storageClassName: 'local-path',
        volumeMode: 'Filesystem',
        volumeName: `pvc-${c.uid()}`,
      },
      status: { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, phase: 'Bound' },
    });
  }
};

const makeNodes = (c: Cluster): void => {
  const managed = c.rng.chance(0.3);
  const names = managed
    ? Array.from(
        { length: 3 },
        (_, i) => `gke-prod-default-pool-${c.rng.word(8, '0123456789abcdef')}-${c.rng.word(3)}${i}`,
      )
    : [
        c.rng.pick(['master-1', 'k8s-control-plane', 'control-plane']),
        ...Array.from({ length: c.rng.int(3, 4) }, (_, i) => `${c.rng.chance(0.5) ? 'worker' : 'node'}-${i + 1}`),
      ];
  const version = `v1.${c.minor}.${c.rng.int(0, 9)}`;
  for (const [i, raw] of names.entries()) {
    const name = raw;
    c.nodeNames.push(name);
    const control = !managed && i === 0;
    const cond = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: c.at(c.rng.int(0, 4)),
      lastTransitionTime: c.at(60 * 24 * 20),
    });
    c.nodes.push({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        uid: c.uid(),
        creationTimestamp: c.at(60 * 24 * 40),
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'topology.kubernetes.io/zone': `zone-${'abc'[i % 3]}`,
          ...(control && { 'node-role.kubernetes.io/control-plane': '' }),
        },
        annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
      },
      spec: {
        podCIDR: `10.244.${i}.0/24`,
        ...(control && { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] }),
      },
      status: {
        capacity: { cpu: '8', memory: '16374500Ki', pods: '110', 'ephemeral-storage': '101430960Ki' },
        allocatable: { cpu: '8', memory: '16272100Ki', pods: '110', 'ephemeral-storage': '93478772582' },
        conditions: [
          cond('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
          cond('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
          cond('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
          cond('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
        ],
        addresses: [
          { type: 'InternalIP', address: `192.168.10.${i + 10}` },
          { type: 'Hostname', address: name },
        ],
        nodeInfo: {
          kubeletVersion: version,
          kubeProxyVersion: version,
          containerRuntimeVersion: `containerd://${c.rng.pick(['1.6.21', '1.7.13', '1.7.27', '2.0.4'])}`,
          architecture: 'amd64',
          operatingSystem: 'linux',
          osImage: 'Ubuntu 22.04.4 LTS',
          kernelVersion: '5.15.0-105-generic',
        },
      },
    });
  }
};

export const buildShop = (rng: Rng, shop: 'boutique' | 'train'): Cluster => {
  const c = new Cluster(
    rng,
    shop === 'boutique'
      ? rng.pick(['default', 'boutique', 'online-boutique', 'shop'])
      : rng.pick(['default', 'train-ticket', 'ts']),
  );
  makeNodes(c);
  const age = rng.pick([45, 70, 60 * 5, 60 * 24 * 3, 60 * 24 * 12]);
  (shop === 'boutique' ? boutique : train)(c, age);
  return c;
};

/** A workload of the platform: not the shop's. */
export const addPlatform = (
  c: Cluster,
  ns: string,
  name: string,
  image: string,
  more: {
    kind?: Workload['kind'];
    port?: number;
    replicas?: number;
    nodes?: string[];
    labels?: Record<string, string>;
  } = {},
): Workload => {
  const port = more.port ?? 8080;
  const wl: Workload = {
    kind: more.kind ?? 'Deployment',
    name,
    ns,
    labels: more.labels ?? { 'k8s-app': name },
    template: {
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          ports: [{ containerPort: port, protocol: 'TCP' }],
          resources: { requests: { cpu: '50m', memory: '50Mi' } },
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: name,
      priorityClassName: ns === 'kube-system' ? 'system-cluster-critical' : '',
      schedulerName: 'default-scheduler',
    },
    templateAnnotations: {},
    replicas: more.replicas ?? 1,
    hash: c.rng.word(10),
    uid: c.uid(),
    made: 60 * 24 * 40,
    changed: 60 * 24 * 40,
    revision: 1,
    specMore: {},
  };
  c.workloads.push(wl);
  const on = more.nodes ?? Array.from({ length: wl.replicas }, () => c.rng.pick(c.nodeNames));
  for (const [i, node] of on.entries()) c.makePod(wl, i, 60 * 24 * 20, node);
  return wl;
};
