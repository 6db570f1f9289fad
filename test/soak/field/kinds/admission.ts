import { type Cluster, roll } from '../cluster.ts';
import type { ContainerSpec, PodSpec, Truth, Workload } from '../model.ts';
import { blame, type Kind, truth, victim } from '../words.ts';

/** Pods that the API server refuses: the ReplicaSet says so, and there are none. */
const refusedKind = (
  name: string,
  what: string[],
  cause: string,
  says: (rs: string, c: Cluster, wl: Workload) => string,
  change: (spec: PodSpec, c: Cluster) => void = () => undefined,
  more: (c: Cluster) => [string, string][] = () => [],
  full = false,
): Kind => ({
  name,
  ...(full && { full: true as const }),
  apply: (c): Truth => {
    const v = victim(c);
    const wl = c.workload(v.name);
    const keep = c.rng.chance(0.4);
    const pods = roll(c, wl, (spec) => change(spec, c), { keepOld: keep });
    for (const pod of pods) {
      c.drop(pod);
    }
    c.events.splice(0, c.events.length, ...c.events.filter((one) => one.reason !== 'SuccessfulCreate'));
    const rs = c.rsName(wl);
    const text = says(rs, c, wl);
    wl.specMore['field/replicaFailure'] = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: text.replace('Error creating: ', ''),
      lastTransitionTime: c.at(wl.changed),
    };
    for (let i = 0; i < 3; i += 1)
      c.event({ kind: 'ReplicaSet', name: rs }, 'Warning', 'FailedCreate', says(rs, c, wl), {
        from: 'replicaset-controller',
        first: wl.changed - i,
        last: wl.changed - i - 1,
        count: c.rng.int(1, 6),
      });
    wl.conditions = [
      keep
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
            lastTransitionTime: c.at(wl.changed),
          },
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message: text.replace('Error creating: ', ''),
        lastTransitionTime: c.at(wl.changed),
      },
      {
        type: 'Progressing',
        status: wl.changed > 10 ? 'False' : 'True',
        reason: wl.changed > 10 ? 'ProgressDeadlineExceeded' : 'ReplicaSetUpdated',
        message: `ReplicaSet "${rs}" ${wl.changed > 10 ? 'has timed out progressing.' : 'is progressing.'}`,
      },
    ];
    if (!keep) blame(c, v.name, 'refused');
    return truth([['Deployment', wl.name], ['ReplicaSet', rs], ...more(c)], what, cause);
  },
});

const pod = (rs: string, c: Cluster) => `pods "${rs}-${c.rng.word(5)}" is forbidden`;
const quota = (c: Cluster, name: string, hard: Record<string, string>, used: Record<string, string>) =>
  c.add('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(100) },
    spec: { hard },
    status: { hard, used },
  });

export const ADMISSION: Kind[] = [
  refusedKind(
    'quota-cpu',
    ['quota_exceeded_cpu'],
    'the quota for CPU is used up',
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: exceeded quota: team-quota, requested: limits.cpu=300m,requests.cpu=200m, used: limits.cpu=3900m,requests.cpu=1900m, limited: limits.cpu=4,requests.cpu=2`,
    (_s, c) =>
      quota(
        c,
        'team-quota',
        { 'limits.cpu': '4', 'requests.cpu': '2' },
        { 'limits.cpu': '3900m', 'requests.cpu': '1900m' },
      ),
    () => [['ResourceQuota', 'team-quota']],
  ),
  refusedKind(
    'quota-memory',
    ['quota_exceeded_memory'],
    'the quota for memory is used up',
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: exceeded quota: mem-cap, requested: requests.memory=180Mi, used: requests.memory=1900Mi, limited: requests.memory=2Gi`,
    (_s, c) => quota(c, 'mem-cap', { 'requests.memory': '2Gi' }, { 'requests.memory': '1900Mi' }),
    () => [['ResourceQuota', 'mem-cap']],
  ),
  refusedKind(
    'quota-pods',
    ['quota_exceeded_pods'],
    'the quota for pods is used up',
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: exceeded quota: object-counts, requested: pods=1, used: pods=12, limited: pods=12`,
    (_s, c) => quota(c, 'object-counts', { pods: '12' }, { pods: '12' }),
    () => [['ResourceQuota', 'object-counts']],
  ),
  refusedKind(
    'quota-must-specify',
    ['quota_exceeded', 'quota_exceeded_cpu', 'quota_exceeded_memory', 'quota_exceeded_other'],
    'the quota wants limits that the pod does not name',
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: failed quota: team-quota: must specify limits.cpu for: server; limits.memory for: server`,
    (spec, c) => {
      (spec.containers[0] as ContainerSpec).resources = {};
      quota(
        c,
        'team-quota',
        { 'limits.cpu': '40', 'limits.memory': '64Gi' },
        { 'limits.cpu': '4', 'limits.memory': '3Gi' },
      );
    },
    () => [['ResourceQuota', 'team-quota']],
  ),
  refusedKind(
    'limit-range-max',
    ['limit_range_violated'],
    "over the LimitRange's maximum",
    (rs, c) => `Error creating: ${pod(rs, c)}: maximum memory usage per Container is 512Mi, but limit is 2Gi`,
    (spec) => {
      (spec.containers[0] as ContainerSpec).resources.limits = { cpu: '300m', memory: '2Gi' };
    },
  ),
  refusedKind(
    'limit-range-min',
    ['limit_range_violated'],
    "under the LimitRange's minimum",
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: [minimum cpu usage per Container is 500m, but request is 100m, minimum memory usage per Container is 256Mi, but request is 64Mi]`,
  ),
  refusedKind(
    'pod-security',
    ['pod_security_violated'],
    'the namespace enforces a pod security level',
    (rs, c) =>
      `Error creating: ${pod(rs, c)}: violates PodSecurity "${c.rng.pick(['restricted:latest', 'baseline:v1.28'])}": privileged (container "server" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "server" must set securityContext.allowPrivilegeEscalation=false)`,
    (spec) => {
      (spec.containers[0] as ContainerSpec).securityContext = { privileged: true };
    },
  ),
  refusedKind(
    'service-account-missing',
    ['service_account_missing'],
    'the ServiceAccount does not exist',
    (rs, c) =>
      `Error creating: pods "${rs}-" is forbidden: error looking up service account ${c.ns}/shop-runner: serviceaccount "shop-runner" not found`,
    (spec) => {
      spec.serviceAccountName = 'shop-runner';
    },
  ),
  refusedKind(
    'priority-class-missing',
    ['priority_class_missing'],
    'the PriorityClass does not exist',
    (rs) => `Error creating: pods "${rs}-" is forbidden: no PriorityClass with name critical-shop was found`,
    (spec) => {
      spec.priorityClassName = 'critical-shop';
    },
  ),
  refusedKind(
    'webhook-down',
    ['webhook_unavailable'],
    'an admission webhook does not answer',
    (_rs, c) =>
      `Error creating: Internal error occurred: failed calling webhook "inject.policy.example.com": failed to call webhook: Post "https://policy-webhook.policy-system.svc:443/mutate?timeout=10s": ${c.rng.pick(['dial tcp 10.96.44.7:443: connect: connection refused', 'context deadline exceeded', 'no endpoints available for service "policy-webhook"', 'service "policy-webhook" not found'])}`,
    undefined,
    () => [
      ['MutatingWebhookConfiguration', 'inject.policy.example.com'],
      ['MutatingWebhookConfiguration', 'policy-webhook'],
      ['Service', 'policy-webhook'],
      ['Webhook', 'inject.policy.example.com'],
      ['ValidatingWebhookConfiguration', 'inject.policy.example.com'],
    ],
  ),
  refusedKind(
    'webhook-cert',
    ['webhook_unavailable'],
    "the webhook's certificate has expired",
    () =>
      'Error creating: Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2025-03-01T10:00:00Z is after 2025-02-28T23:59:59Z',
    undefined,
    () => [
      ['ValidatingWebhookConfiguration', 'validate.kyverno.svc-fail'],
      ['Service', 'kyverno-svc'],
      ['MutatingWebhookConfiguration', 'validate.kyverno.svc-fail'],
    ],
  ),
  refusedKind(
    'webhook-denies',
    ['webhook_denied'],
    'an admission webhook refuses the pods',
    (_rs, c) =>
      `Error creating: admission webhook "validate.gatekeeper.sh" denied the request: [${c.rng.pick(['require-owner', 'allowed-repos'])}] container <server> has an invalid image repo <docker.io>, allowed repos are ["registry.corp.example"]`,
    undefined,
    () => [
      ['ValidatingWebhookConfiguration', 'validate.gatekeeper.sh'],
      ['ValidatingWebhookConfiguration', 'gatekeeper-validating-webhook-configuration'],
    ],
  ),
  {
    name: 'namespace-terminating',
    full: true,
    apply: (c) => {
      const name = 'old-shop';
      c.add('namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: c.ns, uid: c.uid(), creationTimestamp: c.at(90_000) },
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Active' },
      });
      c.add('namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, uid: c.uid(), creationTimestamp: c.at(90_000), deletionTimestamp: c.at(180) },
        spec: { finalizers: ['kubernetes'] },
        status: {
          phase: 'Terminating',
          conditions: [
            {
              type: 'NamespaceDeletionDiscoveryFailure',
              status: 'False',
              reason: 'ResourcesDiscovered',
              message: 'All resources successfully discovered',
            },
            {
              type: 'NamespaceContentRemaining',
              status: 'True',
              reason: 'SomeResourcesRemain',
              message: 'Some resources are remaining: kafkatopics.kafka.strimzi.io has 2 resource instances',
            },
            {
              type: 'NamespaceFinalizersRemaining',
              status: 'True',
              reason: 'SomeFinalizersRemain',
              message:
                'Some content in the namespace has finalizers remaining: strimzi.io/topic-operator in 2 resource instances',
            },
          ],
        },
      });
      return truth([['Namespace', name]], ['namespace_terminating'], 'a finalizer holds the namespace');
    },
  },
];
