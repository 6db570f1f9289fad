import { describe, expect, it } from 'vitest';
import autoscalerLimit from '../../src/correlators/autoscaler-limit.ts';
import certificateExpiry from '../../src/correlators/certificate-expiry.ts';
import configChange from '../../src/correlators/config-change.ts';
import cpuThrottled from '../../src/correlators/cpu-throttled.ts';
import networkPolicyChange from '../../src/correlators/network-policy-change.ts';
import nodeTrouble from '../../src/correlators/node-trouble.ts';
import noisyNeighbour from '../../src/correlators/noisy-neighbour.ts';
import quotaExceeded from '../../src/correlators/quota-exceeded.ts';
import recentScaling from '../../src/correlators/recent-scaling.ts';
import volumeFilling from '../../src/correlators/volume-filling.ts';
import { withMeasured } from '../../src/evidence/measured-certificates.ts';
import type { IncidentContext, TemplateReferences } from '../../src/extension-points/incident-context.ts';
import type { ClusterEvent, ConfigInfo, NetworkPolicy, Quota, Scaling } from '../../src/ports/cluster-objects.ts';
import { AT, around, MINUTE, pod, revision, SINCE, workload } from './incident-context.ts';

const references = (rest: Partial<TemplateReferences> = {}): TemplateReferences => ({
  workload: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
  labels: { app: 'payment-api' },
  configs: [],
  claims: [],
  ...rest,
});
const written = (changedAt: number, createdAt = AT - 99 * 60 * MINUTE) => ({
  createdAt,
  changedAt,
  by: 'kubectl-edit',
});
const event = (reason: string, message: string, at: number, name = 'payment-api'): ClusterEvent => ({
  at,
  type: 'Normal',
  reason,
  message,
  about: { kind: 'Deployment', namespace: 'shop', name },
  count: 1,
});

describe('config_change', () => {
  const config = (changedAt: number): ConfigInfo => ({
    kind: 'ConfigMap',
    namespace: 'shop',
    name: 'settings',
    ...written(changedAt),
  });
  const of = (changedAt: number, used = 'settings') =>
    configChange.correlate(
      around({
        configs: [config(changedAt)],
        references: [references({ configs: [{ kind: 'ConfigMap', name: used }] })],
      }),
    );

  it('tells a change shortly before the trouble, with who and when, of the workload that uses it', () => {
    expect(of(SINCE - 3 * MINUTE)).toMatchObject([
      {
        kind: 'change',
        what: 'config_change',
        about: { kind: 'Deployment', name: 'payment-api' },
        at: SINCE - 3 * MINUTE,
        message:
          'ConfigMap settings, which payment-api uses, was changed by kubectl-edit 3 min before the trouble began',
      },
    ]);
  });

  it('has what a person needs to put it right: the object, the keys that were written, the command', () => {
    const [found] = configChange.correlate(
      around({
        configs: [{ ...config(SINCE - MINUTE), keys: ['data.timeout'] }],
        references: [references({ configs: [{ kind: 'ConfigMap', name: 'settings' }] })],
      }),
    );
    expect(found).toMatchObject({
      object: { kind: 'ConfigMap', namespace: 'shop', name: 'settings' },
      command: 'kubectl edit configmap/settings -n shop',
      told: { facts: [{ field: 'data.timeout', value: expect.stringContaining('written by kubectl-edit at ') }] },
    });
  });

  it('weighs less the older it is, and is silent about what came after, long before, or is used by nobody', () => {
    const strength = (at: number) => of(at)[0]?.strength ?? 0;
    expect(strength(SINCE - MINUTE)).toBeGreaterThan(0.9);
    expect(strength(SINCE - 45 * MINUTE)).toBeCloseTo(strength(SINCE) / 2, 5);
    expect(of(SINCE + 5 * MINUTE)).toEqual([]);
    expect(of(SINCE - 7 * 60 * MINUTE)).toEqual([]);
    expect(of(SINCE - MINUTE, 'others')).toEqual([]);
  });
});

describe('network_policy_change', () => {
  const policy = (matchLabels: Record<string, string>, changedAt = SINCE - 2 * MINUTE): NetworkPolicy => ({
    namespace: 'shop',
    name: 'deny',
    ...written(changedAt, changedAt),
    selector: { matchLabels, matchExpressions: [] },
    directions: ['Ingress', 'Egress'],
  });
  const of = (one: NetworkPolicy) =>
    networkPolicyChange.correlate(around({ networkPolicies: [one], references: [references()] }));

  it('tells a new policy that rules the traffic of the service', () => {
    expect(of(policy({ app: 'payment-api' })).map(({ message }) => message)).toEqual([
      'NetworkPolicy deny, which rules the ingress and egress of payment-api, was created by kubectl-edit 2 min before the trouble began',
    ]);
    expect(of(policy({}))).toHaveLength(1);
  });

  it("is silent about others' policies and old ones", () => {
    expect(of(policy({ app: 'other' }))).toEqual([]);
    expect(of(policy({}, SINCE - 24 * 60 * MINUTE))).toEqual([]);
  });
});

describe('autoscaler_limit', () => {
  const scaling = (rest: Partial<Scaling>): Scaling => ({
    kind: 'ScaledObject',
    namespace: 'shop',
    name: 'pay',
    target: { kind: 'Deployment', name: 'payment-api' },
    min: 2,
    max: 5,
    current: 5,
    desired: 5,
    limited: null,
    inactive: null,
    rescaled: [],
    ...rest,
  });
  const of = (rest: Partial<Scaling>) => autoscalerLimit.correlate(around({ scaling: [scaling(rest)] }));

  it('tells who wants more than the maximum, and who can not scale', () => {
    expect(of({ limited: 'maximum' })).toMatchObject([
      {
        what: 'autoscaler_limit',
        message: 'ScaledObject pay keeps payment-api at its maximum of 5 pods and wants more',
      },
    ]);
    const inactive = { reason: 'FailedGetResourceMetric', message: 'no metrics', since: SINCE - MINUTE };
    expect(of({ inactive })).toMatchObject([{ what: 'autoscaler_inactive', at: SINCE - MINUTE }]);
  });

  it('is silent about one that is content, still growing, or for somebody unknown', () => {
    expect(of({})).toEqual([]);
    expect(of({ limited: 'maximum', current: 3 })).toEqual([]);
    expect(of({ limited: 'minimum' })).toEqual([]);
    expect(of({ limited: 'maximum', target: { kind: 'Deployment', name: 'ghost' } })).toEqual([]);
  });
});

describe('recent_scaling', () => {
  const scaled = (message: string, at = SINCE - 4 * MINUTE) =>
    recentScaling.correlate(around({ events: [event('ScalingReplicaSet', message, at)] }));

  it('tells fewer pods strongly and more pods weakly, in both forms of the event', () => {
    expect(scaled('Scaled down replica set payment-api-hash2 from 5 to 2')).toMatchObject([
      {
        what: 'scaled_down',
        message: 'Deployment payment-api was scaled from 5 to 2 pods 4 min before the trouble began',
        strength: expect.closeTo(0.82, 2),
      },
    ]);
    expect(scaled('Scaled up replica set payment-api-hash2 to 5 from 2')).toMatchObject([
      { what: 'scaled_up', strength: expect.closeTo(0.27, 2) },
    ]);
  });

  it('names the autoscaler that did it, else who owns the replicas', () => {
    const events = [event('ScalingReplicaSet', 'Scaled down replica set payment-api-hash2 from 5 to 2', SINCE)];
    const scaling: Scaling[] = [
      {
        kind: 'HorizontalPodAutoscaler',
        namespace: 'shop',
        name: 'pay',
        target: { kind: 'Deployment', name: 'payment-api' },
        min: 2,
        max: 9,
        current: 2,
        desired: 2,
        limited: null,
        inactive: null,
        rescaled: [{ at: SINCE - 1_000, message: 'New size: 2' }],
      },
    ];
    expect(recentScaling.correlate(around({ events, scaling }))[0]?.message).toContain(
      'by HorizontalPodAutoscaler pay',
    );
    const managers = [{ manager: 'kubectl', operation: 'Update', fields: ['spec.replicas'] }];
    expect(
      recentScaling.correlate(around({ events, workloads: [workload('payment-api', { managers })] }))[0]?.message,
    ).toContain('set last by kubectl');
  });

  it('takes the steps of a rollout, of old revisions and of a fresh revision for no scaling', () => {
    expect(scaled('Scaled down replica set payment-api-hash1 from 3 to 0')).toEqual([]);
    expect(scaled('Scaled up replica set payment-api-hash2 from 0 to 3')).toEqual([]);
    const revisions = { 'payment-api': [revision(2, SINCE - 6 * MINUTE), revision(1, AT - 99 * 60 * MINUTE)] };
    const events = [
      event('ScalingReplicaSet', 'Scaled up replica set payment-api-hash2 from 1 to 2', SINCE - 5 * MINUTE),
    ];
    expect(recentScaling.correlate(around({ events, revisions }))).toEqual([]);
  });
});

describe('quota_exceeded', () => {
  it('tells pods that a quota refused, once a workload, from the first', () => {
    const message =
      'Error creating: pods "payment-api-x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=9, limited: pods=9';
    const events = [event('FailedCreate', message, SINCE + MINUTE), event('FailedCreate', message, SINCE)];
    expect(quotaExceeded.correlate(around({ events }))).toMatchObject([
      {
        what: 'quota_exceeded',
        at: SINCE,
        message:
          'A new pod of payment-api was refused: exceeded quota: team, requested: pods=1, used: pods=9, limited: pods=9',
      },
    ]);
    expect(quotaExceeded.correlate(around({ events: [event('FailedCreate', 'no service account', AT)] }))).toEqual([]);
  });

  it('tells a full quota weakly, and one with room or of other things not at all', () => {
    const quota = (name: string, used: number): Quota => ({
      namespace: 'shop',
      name: 'team',
      ...written(SINCE - 9 * 60 * MINUTE),
      resources: [{ name, used, hard: 9, usedText: String(used), hardText: '9' }],
    });
    const of = (one: Quota) => quotaExceeded.correlate(around({ quotas: [one] }));
    expect(of(quota('pods', 9))).toMatchObject([
      { what: 'quota_full', message: 'ResourceQuota team is used up (pods 9 of 9): payment-api can get no more pods' },
    ]);
    expect(of(quota('pods', 9))[0]?.strength).toBeLessThan(0.5);
    expect(of(quota('pods', 8))).toEqual([]);
    expect(of(quota('services.loadbalancers', 9))).toEqual([]);
  });
});

describe('certificate_expiry', () => {
  const certificate = (notAfter: number) => ({
    namespace: 'shop',
    name: 'tls',
    secretName: 'payment-tls',
    notAfter,
    ready: false,
    message: 'the issuer answered 429',
  });
  const of = (notAfter: number, rest: Partial<IncidentContext> = {}) =>
    certificateExpiry.correlate(
      around({
        certificates: [certificate(notAfter)],
        references: [references({ configs: [{ kind: 'Secret', name: 'payment-tls' }] })],
        ...rest,
      }),
    );

  it('tells one that has expired, strongly for who uses it', () => {
    expect(of(SINCE - MINUTE)).toMatchObject([
      {
        what: 'certificate_expired',
        at: SINCE - MINUTE,
        message:
          'Certificate tls of payment-api expired at 2026-03-02 03:19 UTC, 1 min before the trouble began (not renewed: the issuer answered 429)',
      },
    ]);
  });

  it('tells one that soon will, or that nobody known uses, weakly; and one that is good for long not at all', () => {
    expect(of(AT + 60 * MINUTE)).toMatchObject([{ what: 'certificate_expiring', strength: 0.3 }]);
    expect(of(SINCE, { references: [] })).toMatchObject([{ what: 'certificate_expiring', strength: 0.3 }]);
    expect(of(AT + 30 * 24 * 60 * MINUTE)).toEqual([]);
  });

  it('are known by their metrics, too, where no object tells of them', () => {
    const known = certificate(AT + 90 * 24 * 60 * MINUTE);
    const measured = [
      { secret: known.secretName, certificate: '', notAfter: SINCE },
      { secret: 'by-hand-tls', certificate: '', notAfter: SINCE },
      { secret: '', certificate: 'unreadable', notAfter: SINCE },
      { secret: 'odd', certificate: '', notAfter: Number.NaN },
    ];
    expect(withMeasured([known], measured, 'shop').slice(1)).toMatchObject([
      { name: 'in Secret by-hand-tls', secretName: 'by-hand-tls', notAfter: SINCE },
      { name: 'unreadable', secretName: '', notAfter: SINCE },
    ]);
  });
});

describe('volume_filling', () => {
  const use = (claim: string, used: (minute: number) => number) => ({
    claim,
    used: {
      times: Float64Array.from({ length: 60 }, (_, minute) => AT - (59 - minute) * MINUTE),
      values: Float64Array.from({ length: 60 }, (_, minute) => used(minute)),
    },
  });
  const of = (claim: string, used: (minute: number) => number, rest: Partial<IncidentContext> = {}) =>
    volumeFilling.correlate(around({ volumes: [use(claim, used)], ...rest }));

  it('tells how long is left while it fills, and that it is full from when it was', () => {
    expect(of('data-payment-api', (minute) => 0.2 + 0.01 * minute)).toMatchObject([
      {
        what: 'volume_filling',
        message: expect.stringMatching(/data-payment-api of payment-api fills: 79 % now, full in about 2[01] min/),
      },
    ]);
    expect(of('data-payment-api', (minute) => Math.min(1, 0.6 + 0.01 * minute))).toMatchObject([
      { what: 'volume_full', at: AT - 22 * MINUTE, strength: 0.98 },
    ]);
  });

  it('is silent about a steady volume, weak about a steadily high one', () => {
    expect(of('data-payment-api', () => 0.5)).toEqual([]);
    expect(of('data-payment-api', () => Number.NaN)).toEqual([]);
    expect(of('data-payment-api', () => 0.9)).toMatchObject([{ what: 'volume_high', strength: 0.3 }]);
  });

  it("finds whose it is by the pods' template, else by a StatefulSet's way of naming; a stranger's is left out", () => {
    const full = () => 1;
    expect(of('blue', full, { references: [references({ claims: ['blue'] })] })).toHaveLength(1);
    expect(of('data-payment-api-2', full)[0]?.about.name).toBe('payment-api');
    expect(of('data-other', full)).toEqual([]);
  });
});

describe('cpu_throttled', () => {
  const of = (share: number, whose = 'payment-api-hash2-a') =>
    cpuThrottled.correlate(
      around({
        workloads: [
          workload('payment-api', {
            containers: [
              {
                name: 'app',
                image: '',
                memoryLimitBytes: null,
                memoryRequestBytes: null,
                cpuLimit: 0.2,
                cpuRequest: null,
              },
            ],
          }),
        ],
        pods: [pod('payment-api-hash2-a')],
        throttling: [{ pod: whose, container: 'app', share }],
      }),
    );

  it('tells who waits for its CPU limit, how often, and the limit', () => {
    const [one] = of(0.62);
    expect(one?.message).toBe(
      'Container app of payment-api-hash2-a waits for its CPU limit (0.2) in 62 % of its time slices',
    );
    expect(one?.told?.facts[0]).toEqual({
      field: 'spec.template.spec.containers[app].resources.limits.cpu',
      value: '0.2',
    });
    expect(one?.command).toContain('--limits cpu=0.4');
  });

  it('is silent about a little, about what is no number, and about pods that nobody knows', () => {
    expect(of(0.1)).toEqual([]);
    expect(of(Number.NaN)).toEqual([]);
    expect(of(0.9, 'another-1')).toEqual([]);
  });
});

describe('noisy_neighbour', () => {
  const batch = (cpuLimit: number | null) =>
    workload('batch', {
      containers: [
        { name: 'app', image: '', memoryLimitBytes: null, memoryRequestBytes: null, cpuLimit, cpuRequest: null },
      ],
    });
  const newcomer = (createdAt: number, node = 'node-a') =>
    pod('batch-1', { node, createdAt, owner: { kind: 'StatefulSet', name: 'batch', uid: 'batch-uid' } });
  const of = (createdAt: number, node?: string, cpuLimit: number | null = null) =>
    noisyNeighbour.correlate(
      around({
        workloads: [workload(), batch(cpuLimit)],
        pods: [pod('payment-api-hash2-a'), pod('payment-api-hash2-b', { node: 'node-b' }), newcomer(createdAt, node)],
      }),
    );

  it('tells a pod without a CPU limit that came to a node of the service just before', () => {
    expect(of(SINCE - 2 * MINUTE)).toMatchObject([
      {
        what: 'neighbour',
        about: { name: 'batch' },
        message:
          "Pod batch-1, which has no CPU limit, came onto node node-a 2 min before the trouble began; 1 of the service's 2 pods run there",
      },
    ]);
  });

  it('is the surer the more of the CPU it takes', () => {
    const taking = (cores: number) => {
      const workloads = [workload(), batch(null)];
      const pods = [pod('payment-api-hash2-a'), pod('payment-api-hash2-b'), newcomer(SINCE - 2 * MINUTE)];
      const cpuByPod = new Map([
        ['payment-api-hash2-a', 1],
        ['payment-api-hash2-b', 1],
        ['batch-1', cores],
      ]);
      return noisyNeighbour.correlate(around({ workloads, pods, cpuByPod }))[0]!;
    };
    const [unmeasured] = of(SINCE - 2 * MINUTE);
    expect(taking(6).strength).toBeGreaterThan(unmeasured!.strength);
    expect(taking(6).message).toContain('and takes 75 % of the CPU that pods there take');
    expect(taking(1).strength).toBe(unmeasured!.strength);
    expect(taking(0.1).strength).toBeLessThan(0.5);
  });

  it('is silent about one elsewhere, with a limit, or there for long', () => {
    expect(of(SINCE - 2 * MINUTE, 'node-z')).toEqual([]);
    expect(of(SINCE - 2 * MINUTE, 'node-a', 1)).toEqual([]);
    expect(of(SINCE - 24 * 60 * MINUTE)).toEqual([]);
  });
});

describe('node_trouble', () => {
  const node = { name: 'node-a', uid: 'n', ready: true, pressures: [], unschedulable: false };

  it('tells a taint that was set shortly before, the stronger if it drives pods away', () => {
    const tainted = (effect: string, addedAt: number) =>
      nodeTrouble.correlate(around({ nodes: [{ ...node, taints: [{ key: 'maintenance', effect, addedAt }] }] }));
    const [driven] = tainted('NoExecute', SINCE - MINUTE);
    expect(driven).toMatchObject({
      kind: 'change',
      what: 'node_tainted',
      message: 'Node node-a was tainted maintenance:NoExecute 1 min before the trouble began',
    });
    expect(tainted('NoSchedule', SINCE - MINUTE)[0]?.strength).toBeLessThan(driven?.strength ?? 0);
    expect(tainted('NoExecute', SINCE - 24 * 60 * MINUTE)).toEqual([]);
  });

  it('began when its condition turned, where no event says', () => {
    const nodes = [{ ...node, ready: false, troubledSince: SINCE - 5 * MINUTE }];
    expect(nodeTrouble.correlate(around({ nodes }))[0]?.at).toBe(SINCE - 5 * MINUTE);
  });
});
