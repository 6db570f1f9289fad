import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sandbox/kube/cluster.ts';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import type { App } from '../../../src/app/world.ts';
import { subjectEntity, workloadOf } from '../../../src/domain/subject.ts';
import { type SmallCluster, startSmallCluster } from '../../adapters/kubernetes/small-cluster.ts';
import { keptIncidents, startIntake } from './app-on-redis.ts';
import { type Answer, post, webhook } from './webhook-body.ts';

/** Bodies as kube-prometheus-stack, Istio, ingress-nginx, Grafana and vmalert send them, over HTTP, beside a cluster: whose incident each becomes. */

let folder: string;
let redis: PrivateRedis;
let small: SmallCluster;
let app: App;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-whose-'));
  [redis, small] = await Promise.all([startPrivateRedis({ dataDir: folder }), startSmallCluster()]);
  for (const object of SHOP) small.kube.apply(object);
  small.run(20);
  app = await startIntake(redis.url, undefined, small.cluster);
});
afterAll(async () => {
  await app.stop();
  await Promise.all([redis.stop(), small.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const container = { name: 'app', image: 'shop/x:1' };
const workload = (name: string, kind = 'Deployment', claim?: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [container],
        ...(claim ? { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] } : {}),
      },
    },
  },
});
const SHOP: KubeObject[] = [
  ...['cart', 'cart-api', 'auth-api', 'recommendations', 'front-api', 'mail-api', 'pay-api', 'catalog-db'].map((name) =>
    workload(name),
  ),
  workload('ledger-db', 'Deployment', 'ledger-data'),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'ledger-data', namespace: 'shop' },
    spec: { resources: { requests: { storage: '1Gi' } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'auth', namespace: 'shop' },
    spec: { selector: { app: 'auth-api' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'auth', namespace: 'shop' },
    spec: {
      rules: [
        {
          host: 'auth.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'auth', port: { number: 80 } } } }],
          },
        },
      ],
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'front-api', namespace: 'shop' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front-api' },
      minReplicas: 1,
      maxReplicas: 3,
    },
  },
];

/** kube-state-metrics, scraped without honor_labels or with. */
const KSM = {
  container: 'kube-state-metrics',
  endpoint: 'http',
  instance: '10.42.1.58:8080',
  job: 'kube-state-metrics',
  service: 'kube-prometheus-stack-kube-state-metrics',
  prometheus: 'monitoring/k8s',
};
const KSM_POD = { ...KSM, pod: 'kube-prometheus-stack-kube-state-metrics-77678594d6-gsd29' };
const KUBELET = {
  job: 'kubelet',
  endpoint: 'https-metrics',
  metrics_path: '/metrics',
  instance: '10.0.0.31:10250',
  service: 'kube-prometheus-stack-kubelet',
  namespace: 'shop',
};

const alertOf = (name: string, labels: Record<string, string>) => ({
  status: 'firing',
  labels: { alertname: name, severity: 'warning', ...labels },
  annotations: {},
  startsAt: '2026-03-02T03:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: '',
});

/** The one incident that the answer names. */
async function incidentOf(answer: Answer) {
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  expect(answer.json.incidents).toHaveLength(1);
  const all = await keptIncidents(redis.url);
  return all.find(({ id }) => id === answer.json.incidents?.[0])!;
}
const whose = async (answer: Answer) => {
  const incident = await incidentOf(answer);
  const { kind, namespace, name } = subjectEntity(incident);
  const through = workloadOf(incident);
  return `${kind} ${namespace}/${name}${through && through !== name ? ` by ${through}` : ''}`;
};

describe('an alert becomes the incident of', () => {
  it.each<[string, string, Record<string, string>]>([
    [
      'Deployment shop/recommendations',
      'KubePodCrashLooping',
      { ...KSM, namespace: 'shop', pod: 'recommendations-584h5v6rdp-5nl6k', container: 'recommendations', uid: '3b2c' },
    ],
    [
      'Deployment shop/catalog-db',
      'KubeContainerWaiting',
      {
        ...KSM_POD,
        namespace: 'kube-system',
        exported_namespace: 'shop',
        exported_pod: 'catalog-db-78d9f8b6c5-6jhp2',
        exported_container: 'app',
      },
    ],
    [
      'Deployment shop/mail-api',
      'KubeDeploymentReplicasMismatch',
      { ...KSM_POD, namespace: 'shop', deployment: 'mail-api' },
    ],
    ['Deployment shop/cart', 'KubeDeploymentReplicasMismatch', { ...KSM_POD, namespace: 'shop', deployment: 'cart' }],
    [
      'Job shop/nightly-report-29177885',
      'KubeJobFailed',
      { ...KSM_POD, namespace: 'shop', job_name: 'nightly-report-29177885', condition: 'true' },
    ],
    [
      'HorizontalPodAutoscaler shop/front-api',
      'KubeHpaMaxedOut',
      { ...KSM_POD, namespace: 'shop', horizontalpodautoscaler: 'front-api' },
    ],
    [
      'ResourceQuota shop/shop-quota',
      'KubeQuotaExceeded',
      { ...KSM_POD, namespace: 'shop', resourcequota: 'shop-quota', resource: 'requests.cpu', type: 'used' },
    ],
    [
      'PersistentVolumeClaim shop/ledger-data by ledger-db',
      'KubePersistentVolumeFillingUp',
      { ...KUBELET, persistentvolumeclaim: 'ledger-data', node: 'node-a', severity: 'critical' },
    ],
    ['Node /node-a', 'KubeNodePressure', { node: 'node-a', condition: 'MemoryPressure', status: 'true' }],
    [
      'Node /node-b',
      'KubeNodeNotReady',
      { ...KSM_POD, namespace: 'monitoring', node: 'node-b', condition: 'Ready', status: 'true' },
    ],
    [
      'Deployment shop/auth-api',
      'NginxHighHttp5xxErrorRate',
      {
        namespace: 'ingress-nginx',
        exported_namespace: 'shop',
        exported_service: 'auth',
        ingress: 'auth',
        host: 'auth.example',
        pod: 'ingress-nginx-controller-7c6b9d5f8d-q2x7z',
        controller_namespace: 'ingress-nginx',
        controller_pod: 'ingress-nginx-controller-7c6b9d5f8d-q2x7z',
        service: 'ingress-nginx-controller-metrics',
        job: 'ingress-nginx-controller-metrics',
      },
    ],
    [
      'Deployment shop/cart-api',
      'IstioHigh5xxResponseRate',
      {
        destination_workload: 'cart-api',
        destination_workload_namespace: 'shop',
        destination_service: 'cart-api.shop.svc.cluster.local',
        reporter: 'destination',
      },
    ],
  ])('%s', async (expected, name, labels) => {
    expect(await whose(await post(app, webhook([alertOf(name, labels)])))).toBe(expected);
  });

  it('the control plane, for a budget of the API server that burns', async () => {
    const incident = await incidentOf(
      await post(app, webhook([alertOf('KubeAPIErrorBudgetBurn', { severity: 'critical', short: '5m', long: '1h' })])),
    );
    expect(subjectEntity(incident).kind).toBe('ControlPlane');
    expect(workloadOf(incident)).toBeNull();
  });

  it('what its rule watches, not of whom the exporter is', async () => {
    const incident = await incidentOf(
      await post(
        app,
        webhook([
          alertOf('TargetDown', {
            job: 'kube-proxy',
            namespace: 'kube-system',
            service: 'kube-prometheus-stack-kube-proxy',
          }),
        ]),
      ),
    );
    expect(subjectEntity(incident)).toMatchObject({ namespace: 'kube-system', name: 'kube-proxy' });
  });
});

describe('an alert that is none', () => {
  it.each([
    ['Watchdog', { severity: 'none' }, 'heartbeats'],
    ['InfoInhibitor', { severity: 'none', namespace: 'shop', pod: 'cart-api-1' }, 'noted'],
    ['CPUThrottlingHigh', { severity: 'info', namespace: 'shop', pod: 'cart-api-x-y', container: 'app' }, 'noted'],
  ] as const)('%s opens no incident', async (name, labels, as) => {
    const { json } = await post(app, webhook([alertOf(name, labels)]));
    expect(json.incidents).toEqual([]);
    expect(as === 'heartbeats' ? json.heartbeats : json.noted?.count).toBe(1);
  });

  it('of another cluster is refused by name; the rest of its group is taken', async () => {
    const { json } = await post(
      app,
      webhook([
        alertOf('KubePodCrashLooping', { cluster: 'staging-us', namespace: 'shop', deployment: 'pay-api' }),
        alertOf('KubePodCrashLooping', { namespace: 'shop', deployment: 'pay-api' }),
      ]),
    );
    expect(json.incidents).toHaveLength(1);
    expect(json.refused).toMatchObject({ count: 1, alerts: [{ name: 'KubePodCrashLooping' }] });
    expect(json.refused?.alerts[0]?.reason).toContain('staging-us');
  });
});

describe('bodies of other senders', () => {
  const own = (name: string) => alertOf('Errors', { namespace: 'shop', deployment: name, severity: 'critical' });

  it.each([
    ['"1", Grafana', '1'],
    ['a number', 4],
    ['a number, Grafana', 1],
    ['none', undefined],
  ])('with the version %s are taken', async (_, version) => {
    const grafana = { ...webhook([own('pay-api')]), version, orgId: 1, state: 'alerting', title: '[FIRING:1]' };
    expect(await whose(await post(app, grafana))).toBe('Deployment shop/pay-api');
  });

  it.each([[9], ['5'], [{}]])('with the version %j are refused, naming the field', async (version) => {
    const { status, json } = await post(app, { ...webhook([own('pay-api')]), version });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(json.error).toMatch(/^version:/);
  });

  it.each(['/api/v2/alerts', '/webhooks/alertmanager/api/v2/alerts', '/webhooks/alertmanager'])(
    'as Prometheus and vmalert notify an Alertmanager, at %s',
    async (path) => {
      const bare = [
        {
          labels: own('pay-api').labels,
          annotations: {},
          startsAt: '2026-03-02T03:00:00Z',
          endsAt: '2099-01-01T00:00:00Z',
          generatorURL: '',
        },
      ];
      expect(await whose(await post(app, bare, undefined, path))).toBe('Deployment shop/pay-api');
    },
  );

  it('demand the bearer on every path', async () => {
    expect((await post(app, [], {}, '/api/v2/alerts')).status).toBe(401);
  });

  it('without alerts, or with null, are answered and open nothing', async () => {
    for (const body of [webhook([]), { ...webhook([]), alerts: null }])
      expect(await post(app, body)).toMatchObject({ status: 200, json: { incidents: [] } });
  });

  it('without labels open an incident of their own', async () => {
    expect((await post(app, webhook([{ status: 'firing' }]))).json.incidents).toHaveLength(1);
  });

  it('in any script and length stay well-formed', async () => {
    const answer = await post(
      app,
      webhook([
        alertOf(`支付 🔥 \u0000\u202e${'x'.repeat(5_000)}`, {
          namespace: 'shop',
          deployment: 'mail-api',
          emoji: '💥'.repeat(2_000),
        }),
      ]),
    );
    const { alerts } = await incidentOf(answer);
    expect(JSON.stringify(alerts).isWellFormed()).toBe(true);
  });
});
