import { type Cluster, crash, roll, startEvents, waiting, workers } from '../cluster.ts';
import type { ContainerSpec, Workload } from '../model.ts';
import { blame, type Kind, truth, victim, wlTruth } from '../words.ts';

const unscheduledSilently = (c: Cluster, ago: number): Workload => {
  const wl = c.workload(victim(c).name);
  for (const pod of roll(c, wl, () => undefined, { node: null, ago })) {
    pod.phase = 'Pending';
    pod.cs = pod.cs.map((one) => ({ ...one, state: {}, ready: false }));
    pod.conditions = [];
    pod.noLog = '';
  }
  return wl;
};

export const CONTROL: Kind[] = [
  {
    name: 'scheduler-down',
    apply: (c) => {
      const pod = c.pods.find((one) => one.annotations['field/static'] === 'kube-scheduler');
      unscheduledSilently(c, 18);
      if (pod && c.rng.chance(0.7)) {
        crash(c, pod, 1, { ranSec: 1 });
        pod.log.push(
          'E0301 10:00:00.000000       1 run.go:74] "command failed" err="stat /etc/kubernetes/scheduler.conf: no such file or directory"',
        );
      } else if (pod) c.drop(pod);
      return truth(
        [
          ['Pod', pod?.name ?? 'kube-scheduler'],
          ['ControlPlane', 'kube-scheduler'],
          ['Component', 'kube-scheduler'],
          ['Deployment', 'kube-scheduler'],
          ['Pod', 'kube-scheduler'],
        ],
        ['scheduler_down', 'control_plane_unwell', 'file_missing'],
        'the scheduler is down',
      );
    },
  },
  {
    name: 'controller-manager-down',
    apply: (c) => {
      const pod = c.pods.find((one) => one.annotations['field/static'] === 'kube-controller-manager');
      const v = victim(c);
      const wl = c.workload(v.name);
      wl.seen = wl.revision;
      wl.revision += 3;
      const [old] = c.podsOf(wl);
      if (old) c.drop(old);
      if (pod && c.rng.chance(0.7)) {
        crash(c, pod, 1, { ranSec: 1 });
        pod.log.push('E0301 10:00:00.000000       1 run.go:74] "command failed" err="unknown flag: --leader-elct"');
      } else if (pod) c.drop(pod);
      wl.conditions = [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
      ];
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Pod', pod?.name ?? 'kube-controller-manager'],
          ['ControlPlane', 'kube-controller-manager'],
          ['Component', 'kube-controller-manager'],
          ['Pod', 'kube-controller-manager'],
          ['Deployment', 'kube-controller-manager'],
        ],
        ['controller_manager_down', 'control_plane_unwell', 'argument_invalid'],
        'the controller manager is down',
      );
    },
  },
  {
    name: 'hpa-blind',
    full: true,
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const way = c.rng.int(0, 2);
      const says =
        way === 0
          ? `the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container server of Pod ${c.podsOf(wl)[0]?.name}`
          : way === 1
            ? 'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
            : 'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
      if (way === 0)
        for (const one of [...wl.template.containers, ...c.podsOf(wl).flatMap((pod) => pod.spec.containers)])
          one.resources = {};
      if (way === 1) {
        const ms = c.workload('metrics-server', 'kube-system');
        for (const pod of c.podsOf(ms)) c.drop(pod);
        c.workloads.splice(c.workloads.indexOf(ms), 1);
      }
      c.add('horizontalpodautoscalers', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: `${v.name}-hpa`, namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(400) },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: v.name },
          minReplicas: 1,
          maxReplicas: 5,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
          ],
        },
        status: {
          currentReplicas: 1,
          desiredReplicas: 1,
          currentMetrics: null,
          conditions: [
            {
              type: 'AbleToScale',
              status: 'True',
              reason: 'SucceededGetScale',
              message: "the HPA controller was able to get the target's current scale",
              lastTransitionTime: c.at(400),
            },
            {
              type: 'ScalingActive',
              status: 'False',
              reason: 'FailedGetResourceMetric',
              message: says,
              lastTransitionTime: c.at(300),
            },
          ],
        },
      });
      c.event(
        { kind: 'HorizontalPodAutoscaler', name: `${v.name}-hpa` },
        'Warning',
        'FailedGetResourceMetric',
        says.replace('the HPA was unable to compute the replica count: ', ''),
        { from: 'horizontal-pod-autoscaler', first: 58, last: 0.2, count: 220 },
      );
      c.event(
        { kind: 'HorizontalPodAutoscaler', name: `${v.name}-hpa` },
        'Warning',
        'FailedComputeMetricsReplicas',
        `invalid metrics (1 invalid out of 1), first error is: ${says.replace('the HPA was unable to compute the replica count: ', '')}`,
        { from: 'horizontal-pod-autoscaler', first: 58, last: 0.2, count: 220 },
      );
      return truth(
        [
          ['HorizontalPodAutoscaler', `${v.name}-hpa`],
          ['Deployment', v.name],
          ['Deployment', 'metrics-server'],
        ],
        ['autoscaler_blind'],
        'the autoscaler has no metrics',
      );
    },
  },
  {
    name: 'job-failed',
    full: true,
    apply: (c) => {
      const name = `nightly-report-${c.rng.int(28000000, 29000000)}`;
      c.add('jobs', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name, namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(50), labels: { 'job-name': name } },
        spec: {
          backoffLimit: 2,
          completions: 1,
          parallelism: 1,
          template: {
            metadata: {},
            spec: {
              containers: [{ name: 'report', image: 'registry.example.com/report:3.1' }],
              restartPolicy: 'Never',
            },
          },
        },
        status: {
          failed: 3,
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
              lastTransitionTime: c.at(40),
            },
          ],
        },
      });
      c.event({ kind: 'Job', name }, 'Warning', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', {
        from: 'job-controller',
        first: 40,
      });
      return truth(
        [
          ['Job', name],
          ['CronJob', 'nightly-report'],
        ],
        ['job_failed'],
        'the Job failed to its backoff limit',
      );
    },
  },
  {
    name: 'cert-expired',
    full: true,
    apply: (c) => {
      c.add('certificates', {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name: 'shop-tls', namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(130_000) },
        spec: {
          secretName: 'shop-tls',
          dnsNames: ['shop.example.com'],
          issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt' },
        },
        status: {
          notAfter: c.at(300),
          renewalTime: c.at(40_000),
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'Expired',
              message: `Certificate expired on ${c.at(300)}`,
              lastTransitionTime: c.at(300),
            },
            {
              type: 'Issuing',
              status: 'True',
              reason: 'Renewing',
              message: `Renewing certificate as renewal was scheduled at ${c.at(40_000)}`,
            },
          ],
        },
      });
      return truth(
        [
          ['Certificate', 'shop-tls'],
          ['Secret', 'shop-tls'],
        ],
        ['certificate_expired', 'certificate_not_ready'],
        'the certificate has expired',
      );
    },
  },
  {
    name: 'cert-not-issued',
    full: true,
    apply: (c) => {
      c.add('certificates', {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { name: 'shop-tls', namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(50) },
        spec: {
          secretName: 'shop-tls',
          dnsNames: ['shop.example.com'],
          issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-prod' },
        },
        status: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'DoesNotExist',
              message: 'Issuing certificate as Secret does not exist',
              lastTransitionTime: c.at(50),
            },
          ],
        },
      });
      c.event(
        { kind: 'CertificateRequest', name: 'shop-tls-1' },
        'Normal',
        'IssuerNotFound',
        'Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt-prod" not found',
        { from: 'cert-manager-certificaterequests-issuer-acme', first: 50 },
      );
      return truth([['Certificate', 'shop-tls']], ['certificate_not_ready'], 'the certificate is not issued');
    },
  },
  {
    name: 'ephemeral-storage',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const [old] = c.podsOf(wl);
      const says = c.rng.chance(0.5)
        ? `Pod ephemeral local storage usage exceeds the total limit of containers 100Mi. `
        : 'Container server exceeded its local ephemeral storage limit "100Mi". ';
      (wl.template.containers[0] as ContainerSpec).resources.limits = {
        ...wl.template.containers[0]?.resources.limits,
        'ephemeral-storage': '100Mi',
      };
      for (let i = 0; i < 3; i += 1) {
        const pod = i === 0 && old ? old : c.makePod(wl, 0, 20 - i * 5, workers(c)[0]);
        pod.phase = 'Failed';
        pod.reason = 'Evicted';
        pod.message = says;
        pod.cs = pod.cs.map((one) => ({ ...one, ready: false }));
        pod.conditions = [{ type: 'Ready', status: 'False', reason: 'PodFailed' }];
        c.podEvent(pod, 'Warning', 'Evicted', says, { first: 18 - i * 5 });
      }
      startEvents(c, c.makePod(wl, 0, 3, workers(c)[0]));
      return wlTruth(wl, ['ephemeral_storage_exceeded'], 'over the limit for ephemeral storage');
    },
  },
  {
    name: 'sandbox-cni',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, () => undefined)) {
        waiting(pod, 'ContainerCreating');
        delete pod.ip;
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'FailedCreatePodSandBox',
          `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${c.rng.word(20)}": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized`,
          { first: pod.made, last: 0.3, count: 40 },
        );
      }
      return truth(
        [
          ['Deployment', wl.name],
          ['DaemonSet', 'calico-node'],
          ['DaemonSet', 'kindnet'],
          ['DaemonSet', 'cilium'],
          ...c.nodeNames.map((one) => ['Node', one] as [string, string]),
        ],
        ['cni_failed', 'sandbox_failed'],
        'the network plugin fails for new pods',
      );
    },
  },
  {
    name: 'rollout-paused',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      wl.specMore.paused = true;
      wl.revision += 1;
      for (const pod of c.podsOf(wl)) c.drop(pod);
      wl.hash = c.rng.word(10);
      wl.conditions = [
        { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' },
        {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
      ];
      blame(c, v.name, 'refused');
      return wlTruth(
        wl,
        ['rollout_paused', 'zero_replicas', 'not_ready'],
        'the rollout is paused before its pods were made',
      );
    },
  },
];
