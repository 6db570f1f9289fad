import { describe, expect, it } from 'vitest';
import { namedBy } from '../../../src/adapters/alertmanager/named-by.ts';
import type { Named } from '../../../src/domain/named-by-labels.ts';

type Labels = Record<string, string>;
const named = (name: string, labels: Labels): Named | undefined => namedBy({ name, labels })[0];

/** What kube-state-metrics' own scrape adds, with and without honor_labels. */
const KSM: Labels = {
  container: 'kube-state-metrics',
  endpoint: 'http',
  instance: '10.42.1.58:8080',
  job: 'kube-state-metrics',
  service: 'monitoring-kube-state-metrics',
  prometheus: 'monitoring/k8s',
};
const OWN_POD = { pod: 'monitoring-kube-state-metrics-5d7c9d6f4b-zk8wq' };
const honoured = (labels: Labels): Labels => ({ ...KSM, ...OWN_POD, namespace: 'web', ...labels });
const exported = (labels: Labels): Labels => ({
  ...KSM,
  ...OWN_POD,
  namespace: 'monitoring',
  exported_namespace: 'web',
  ...labels,
});
const object = (kind: string, name: string, namespace = 'web') => ({ by: 'object', entity: { kind, namespace, name } });

describe.each([
  ['honoured', honoured],
  ['exported', exported],
])('what a rule on kube-state-metrics names, its labels %s', (_, labels) => {
  it.each([
    ['KubeJobFailed', { job_name: 'backup-29177880' }, object('Job', 'backup-29177880')],
    ['KubeCronJobRunning', { cronjob: 'backup' }, object('CronJob', 'backup')],
    ['KubeHpaMaxedOut', { horizontalpodautoscaler: 'front' }, object('HorizontalPodAutoscaler', 'front')],
    ['KubePdbNotEnoughHealthyPods', { poddisruptionbudget: 'front' }, object('PodDisruptionBudget', 'front')],
    ['KubeQuotaFullyUsed', { resourcequota: 'team', resource: 'pods', type: 'used' }, object('ResourceQuota', 'team')],
    ['PvcPending', { persistentvolumeclaim: 'data-0', phase: 'Pending' }, object('PersistentVolumeClaim', 'data-0')],
    [
      'KubeDeploymentGenerationMismatch',
      { deployment: 'front' },
      { by: 'workload', kind: 'Deployment', namespace: 'web', name: 'front' },
    ],
    [
      'KubeStatefulSetReplicasMismatch',
      { statefulset: 'db' },
      { by: 'workload', kind: 'StatefulSet', namespace: 'web', name: 'db' },
    ],
    [
      'KubeDaemonSetMisScheduled',
      { daemonset: 'agent' },
      { by: 'workload', kind: 'DaemonSet', namespace: 'web', name: 'agent' },
    ],
    [
      'KubeReplicaSetMismatch',
      { replicaset: 'front-7d9f8c6b5' },
      { by: 'workload', kind: 'ReplicaSet', namespace: 'web', name: 'front-7d9f8c6b5' },
    ],
  ])('%s %j', (name, own, wanted) => {
    expect(named(name, labels(own as Labels))).toEqual(wanted);
  });

  it('is the node, without the namespace of who told of it', () => {
    expect(named('KubeNodeNotReady', labels({ node: 'worker-7', condition: 'Ready' }))).toEqual(
      object('Node', 'worker-7', ''),
    );
  });
});

describe('whose pod it is', () => {
  const pod = (name: string) => ({ by: 'pod', namespace: 'web', name });

  it("is the one that the metric names, never the exporter's", () => {
    expect(named('KubePodNotReady', { ...KSM, namespace: 'web', pod: 'front-7d9f8c6b5-x2x2x' })).toEqual(
      pod('front-7d9f8c6b5-x2x2x'),
    );
    expect(named('KubeContainerWaiting', exported({ exported_pod: 'front-0', exported_container: 'app' }))).toEqual(
      pod('front-0'),
    );
    expect(
      named('CPUThrottlingHigh', {
        namespace: 'web',
        pod: 'front-0',
        container: 'app',
        job: 'kubelet',
        node: 'worker-7',
      }),
    ).toEqual(pod('front-0'));
  });

  it("is the exporter's own where nothing else is named: then the exporter is ill", () => {
    const labels = { ...KSM, ...OWN_POD, namespace: 'monitoring', reason: 'CrashLoopBackOff' };
    expect(named('KubePodCrashLooping', labels)).toEqual({ by: 'pod', namespace: 'monitoring', name: OWN_POD.pod });
    const unhonoured = { ...labels, exported_namespace: 'monitoring', exported_pod: 'node-exporter-x2x2x' };
    expect(named('KubePodCrashLooping', unhonoured)).toEqual({
      by: 'pod',
      namespace: 'monitoring',
      name: 'node-exporter-x2x2x',
    });
  });
});

describe('what belongs to no namespace', () => {
  it('is the node at the address of a node exporter', () => {
    const labels = {
      job: 'node-exporter',
      instance: '10.1.2.3:9100',
      namespace: 'monitoring',
      pod: 'node-exporter-hjpzn',
      mountpoint: '/',
    };
    expect(named('NodeFilesystemFilesFillingUp', labels)).toEqual({
      by: 'address',
      host: '10.1.2.3',
      pod: { namespace: 'monitoring', name: 'node-exporter-hjpzn' },
    });
  });

  it.each([
    ['KubeAPIErrorBudgetBurn', { short: '5m', long: '1h' }, 'kube-apiserver', ''],
    ['KubeAPIDown', { job: 'apiserver' }, 'kube-apiserver', ''],
    ['etcdMembersDown', { job: 'kube-etcd', namespace: 'kube-system' }, 'etcd', ''],
    ['KubeSchedulerDown', { job: 'kube-scheduler' }, 'kube-scheduler', ''],
    ['KubeControllerManagerDown', { job: 'kube-controller-manager' }, 'kube-controller-manager', ''],
    ['KubeletDown', { job: 'kubelet' }, 'kubelet', ''],
    [
      'TargetDown',
      { job: 'kube-proxy', namespace: 'kube-system', service: 'monitoring-kube-proxy' },
      'kube-proxy',
      'kube-system',
    ],
  ])('%s is about %s', (name, labels, part, namespace) => {
    expect(named(name, labels as unknown as Labels)).toEqual(object('ControlPlane', part, namespace));
  });

  it('is a node where the kubelet tells of one', () => {
    expect(named('KubeletPlegDurationHigh', { job: 'kubelet', node: 'worker-7', instance: '10.1.2.3:10250' })).toEqual(
      object('Node', 'worker-7', ''),
    );
  });

  it('is not the control plane for an etcd of somebody', () => {
    expect(named('etcdNoLeader', { job: 'etcd', namespace: 'web', pod: 'etcd-0' })).toEqual({
      by: 'pod',
      namespace: 'web',
      name: 'etcd-0',
    });
  });
});

describe('who answered badly', () => {
  it.each([
    [
      {
        destination_workload: 'cart',
        destination_workload_namespace: 'web',
        source_workload: 'front',
        namespace: 'istio-system',
        pod: 'front-0',
      },
      { by: 'workload', kind: null, namespace: 'web', name: 'cart' },
    ],
    [
      { destination_service: 'cart.web.svc.cluster.local', reporter: 'source' },
      { by: 'service', namespace: 'web', name: 'cart' },
    ],
    [
      { destination_workload: 'unknown', destination_service_name: 'cart', destination_service_namespace: 'web' },
      { by: 'service', namespace: 'web', name: 'cart' },
    ],
    [
      {
        dst_deployment: 'cart',
        dst_namespace: 'web',
        deployment: 'front',
        namespace: 'shopfront',
        direction: 'outbound',
      },
      { by: 'workload', kind: 'Deployment', namespace: 'web', name: 'cart' },
    ],
  ])('in a mesh: %j', (labels, wanted) => {
    expect(named('HighErrorRate', labels as unknown as Labels)).toEqual(wanted);
  });

  it('behind an ingress: the ingress, then the Service that it names', () => {
    const labels = {
      ingress: 'front',
      exported_namespace: 'web',
      exported_service: 'cart',
      namespace: 'ingress-nginx',
      pod: 'ingress-nginx-controller-7c6b9d5f8d-q2x7z',
      service: 'ingress-nginx-controller-metrics',
      container: 'controller',
    };
    expect(namedBy({ name: 'TooMany5xx', labels }).slice(0, 2)).toEqual([
      object('Ingress', 'front'),
      { by: 'service', namespace: 'web', name: 'cart' },
    ]);
  });

  it.each([
    [
      {
        job: 'blackbox',
        instance: 'https://pay.example.com/healthz',
        namespace: 'monitoring',
        pod: 'blackbox-exporter-0',
      },
      'pay.example.com',
    ],
    [{ job: 'blackbox-exporter', target: 'http://cart.web.svc:8080/ready' }, 'cart.web.svc'],
    [{ instance: 'pay.example.com:443' }, 'pay.example.com'],
  ])('to a probe: %j', (labels, host) => {
    expect(named('ProbeFailed', labels as unknown as Labels)).toEqual({ by: 'host', host });
  });

  it('is a certificate, in its own namespace', () => {
    const labels = {
      name: 'pay-tls',
      exported_namespace: 'web',
      namespace: 'cert-manager',
      pod: 'cert-manager-0',
      container: 'cert-manager-controller',
      issuer_name: 'le',
    };
    expect(named('CertManagerCertExpirySoon', labels)).toEqual(object('Certificate', 'pay-tls'));
  });
});

describe('what names nobody', () => {
  it('is a value that Kubernetes would not allow as a name', () => {
    expect(namedBy({ name: 'A', labels: { namespace: 'web', deployment: '../secrets' } })).toEqual([]);
    expect(namedBy({ name: 'A', labels: { namespace: '<!channel>', app: 'x' } })).toEqual([]);
    expect(namedBy({ name: 'A', labels: { node: 'a"} or vector(1)' } })).toEqual([]);
  });

  it('is a namespace alone, or nothing', () => {
    expect(namedBy({ name: 'A', labels: { namespace: 'web' } })).toEqual([]);
    expect(namedBy({ name: 'A', labels: {} })).toEqual([]);
  });
});
