import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../virtual-sandbox.ts';

/** Faults that are seen in the cluster's objects: what a real one writes there. */

let world: VirtualSandbox;
beforeEach(() => {
  world = virtualSandbox();
  world.advance(2 * MINUTE);
});

const SERVICE = 'cart-api';
const events = () => world.cluster.list('events', 'shop').map(({ reason, message }) => `${reason}: ${message}`);
const pods = () => world.cluster.list('pods', 'shop').filter(({ metadata }) => metadata.labels?.app === SERVICE);
const waiting = () => pods().map(({ status }) => status.containerStatuses?.[0]?.state.waiting?.reason ?? '');

describe('a fault in the objects', () => {
  it.each([
    ['image-unauthorized', /^Failed: Failed to pull image "private.example.*insufficient_scope: authorization failed$/],
    ['registry-unknown', /^Failed: .*lookup regsitry.example on .*: no such host$/],
    ['pull-rate-limit', /^Failed: .*429 Too Many Requests.*toomanyrequests/],
    ['missing-config-map', /^Failed: Error: configmap "feature-flags" not found$/],
    ['missing-secret', /^Failed: Error: secret "payment-provider" not found$/],
    [
      'failed-mount',
      /^FailedMount: MountVolume.SetUp failed for volume "routing-table" : configmap "routing-table" not found$/,
    ],
    [
      'unschedulable-selector',
      /^FailedScheduling: 0\/5 nodes are available: 5 node\(s\) didn't match Pod's node affinity\/selector. preemption: 0\/5 nodes are available: 5 Preemption is not helpful for scheduling.$/,
    ],
    [
      'unschedulable-cpu',
      /^FailedScheduling: 0\/5 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector, 3 Insufficient cpu. preemption: .*3 No preemption victims found/,
    ],
    ['unschedulable-anti-affinity', /^FailedScheduling: .*3 node\(s\) didn't match pod anti-affinity rules/],
    [
      'claim-unbound',
      /^FailedScheduling: 0\/5 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption/,
    ],
    ['claim-unbound', /^ProvisioningFailed: storageclass.storage.k8s.io "fast-ssd" not found$/],
    [
      'readiness-wrong-port',
      /^Unhealthy: Readiness probe failed: Get "http:\/\/.*:9090\/ready": dial tcp .*: connect: connection refused$/,
    ],
    [
      'readiness-wrong-scheme',
      /^Unhealthy: Readiness probe failed: Get "https:.*http: server gave HTTP response to HTTPS client$/,
    ],
    ['liveness-wrong-port', /^Killing: Container app failed liveness probe, will be restarted$/],
    [
      'missing-service-account',
      /^FailedCreate: Error creating: pods "cart-api-.*" is forbidden: error looking up service account shop\/release-bot: serviceaccount "release-bot" not found$/,
    ],
    [
      'quota-full',
      /^FailedCreate: Error creating: pods "cart-api-.*" is forbidden: exceeded quota: shop-limits, requested: pods=1, used: pods=\d+, limited: pods=\d+$/,
    ],
    [
      'pod-security',
      /^FailedCreate: .*violates PodSecurity "baseline:latest": privileged \(container "app" must not set securityContext.privileged=true\)$/,
    ],
    ['wrong-argument', /^BackOff: Back-off restarting failed container app in pod cart-api-/],
    ['blind-autoscaler', /^FailedGetExternalMetric: .*unable to get external metric orders_waiting/],
    ['job-failed', /^DeadlineExceeded: Job was active longer than specified deadline$/],
  ])('%s is said as a real cluster says it: %s', (kind, sentence) => {
    world.fault(kind, SERVICE);
    world.advance(3 * MINUTE);
    expect(events()).toContainEqual(expect.stringMatching(sentence));
  });

  it.each([
    ['failed-mount', 'ContainerCreating'],
    ['missing-secret', 'CreateContainerConfigError'],
    ['image-unauthorized', 'ImagePullBackOff'],
    ['wrong-address', 'CrashLoopBackOff'],
  ])('%s leaves a container waiting: %s', (kind, reason) => {
    world.fault(kind, SERVICE);
    world.advance(4 * MINUTE);
    expect(waiting()).toContain(reason);
  });

  it.each(['service-selector', 'service-target-port', 'zero-replicas', 'network-policy-deny'])(
    '%s makes the callers fail, with every pod well',
    (kind) => {
      world.fault(kind, 'auth-api');
      world.advance(4 * MINUTE);
      expect(world.fired().join()).toMatch(/High(ErrorRate|LatencyP99) (storefront|payment-api)/);
      expect(world.cluster.list('pods', 'shop').every(({ status }) => status.phase === 'Running')).toBe(true);
    },
  );

  it('a service that only its callers miss is alerted by what they see', () => {
    world.fault('zero-replicas', 'recommendations');
    world.advance(6 * MINUTE);
    expect(world.fired()).toEqual(['ServiceUnreachable recommendations']);
  });

  it('service-selector leaves the endpoints empty', () => {
    world.fault('service-selector', SERVICE);
    world.advance(10_000);
    expect(world.cluster.get('endpoints', 'shop', SERVICE)?.subsets).toEqual([]);
  });

  it('cron-job-failing makes jobs by its schedule, and they fail', () => {
    world.fault('cron-job-failing', SERVICE);
    world.advance(12 * MINUTE);
    const jobs = world.cluster.list('jobs', 'shop');
    expect(jobs.length).toBeGreaterThanOrEqual(2);
    expect(jobs[0]!.metadata.name).toMatch(/^cart-api-report-\d{8}$/);
    expect(jobs[0]!.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'DeadlineExceeded' }),
    );
  });

  it('a rollout that goes back cures it', () => {
    world.fault('missing-config-map', SERVICE);
    world.advance(2 * MINUTE);
    world.cluster.mutate('deployments', 'shop', SERVICE, (object) => {
      const [container] = object.spec.template.spec.containers as unknown as { envFrom: unknown[] }[];
      container!.envFrom = container!.envFrom.slice(0, 1);
    });
    world.advance(MINUTE);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'missing-config-map', ended: 'cured' }]);
  });

  it("fires with the labels of kube-prometheus-stack's own rules, scraped without honor_labels", () => {
    world.fault('job-failed', SERVICE);
    world.fault('blind-autoscaler', SERVICE);
    world.fault('missing-service-account', 'payment-api');
    world.advance(14 * MINUTE);
    const labels = (name: string) => world.alerts().find((alert) => alert.rule.alert === name)?.labels;
    const exporter = {
      namespace: 'monitoring',
      exported_namespace: 'shop',
      job: 'kube-state-metrics',
      container: 'kube-state-metrics',
    };
    expect(labels('KubeJobFailed')).toMatchObject({ ...exporter, job_name: 'cart-api-migrate' });
    expect(labels('KubeHpaMetricMissing')).toMatchObject({ ...exporter, horizontalpodautoscaler: SERVICE });
    expect(labels('KubeDeploymentReplicasMismatch')).toMatchObject({ ...exporter, deployment: 'payment-api' });
    expect(labels('KubeDeploymentRolloutStuck')).toMatchObject({
      ...exporter,
      ...{ deployment: 'payment-api', condition: 'Progressing', reason: 'ProgressDeadlineExceeded', status: 'false' },
    });
  });
});
