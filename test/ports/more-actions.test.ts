import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open as anything, definition } from '../../sandbox/operators/definition.ts';
import abortRollout from '../../src/actions/abort-rollout.ts';
import deleteFailedPods from '../../src/actions/delete-failed-pods.ts';
import pauseRollout from '../../src/actions/pause-rollout.ts';
import raiseHpaMax from '../../src/actions/raise-hpa-max.ts';
import relaxPdb from '../../src/actions/relax-pdb.ts';
import restartDaemonset from '../../src/actions/restart-daemonset.ts';
import restartStatefulset from '../../src/actions/restart-statefulset.ts';
import restoreConfig from '../../src/actions/restore-config.ts';
import retryJob from '../../src/actions/retry-job.ts';
import scaleTo from '../../src/actions/scale-to.ts';
import suspendReconciliation from '../../src/actions/suspend-reconciliation.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { configData, writtenAt } from '../../src/domain/config-versions.ts';
import { readPath } from '../../src/domain/object-path.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import type { Action, ActionContext } from '../../src/extension-points.ts';
import type { CustomKind } from '../../src/ports/custom-objects.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from '../actions/action-context.ts';
import type { SmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type ClusterPart, good, IMAGE, realPart, running, sandboxPart } from './cluster-part.ts';

/** The actions that change something else than a Deployment's pods, on every cluster that there is to try: plan, change, change again, settle, undo, and what each refuses. Nodes are left alone. */

const context = process.env.NIGHTSHIFT_TEST_CONTEXT;
const parts: [string, () => Promise<ClusterPart>][] = [
  ["the sandbox's cluster", sandboxPart],
  ...(context ? ([[`the cluster ${context}`, () => realPart(context)]] as [string, () => Promise<ClusterPart>][]) : []),
];

const kindOf = (group: string, version: string, plural: string, kind: string): CustomKind => ({
  ...{ group, version, plural, kind },
});
const KINDS = {
  budget: kindOf('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  scaler: kindOf('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  deployment: kindOf('apps', 'v1', 'deployments', 'Deployment'),
  set: kindOf('apps', 'v1', 'statefulsets', 'StatefulSet'),
  agent: kindOf('apps', 'v1', 'daemonsets', 'DaemonSet'),
  job: kindOf('batch', 'v1', 'jobs', 'Job'),
  config: kindOf('', 'v1', 'configmaps', 'ConfigMap'),
  pod: kindOf('', 'v1', 'pods', 'Pod'),
  rollout: kindOf('argoproj.io', 'v1alpha1', 'rollouts', 'Rollout'),
  application: kindOf('argoproj.io', 'v1alpha1', 'applications', 'Application'),
};
const DEFINITIONS = kindOf('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition');
const PLAIN = { annotations: {}, dryRun: false };

type Prepared = { target: Partial<EntityRef>; findings?: Finding[]; more?: Partial<ActionContext>; params?: object };
type Tried = {
  action: Action;
  name: string;
  /** Makes what it is for. `null`: this cluster can't have it. */
  prepare(part: ClusterPart, name: string): Promise<Prepared | null>;
  /** What it changes, to be compared. */
  seen(part: ClusterPart, name: string): Promise<unknown>;
  /** What it was is put back; else that it can't be is said, and nothing changed. */
  undoes: boolean;
  /** Nothing is left to be settled, or it takes what the cluster at hand doesn't have. */
  settles?: false;
  refuses: string;
};

const meta = (part: ClusterPart, name: string) => ({ name, namespace: part.namespace, labels: { app: name } });
const place = (part: ClusterPart, kind: CustomKind, name: string) => ({ kind, namespace: part.namespace, name });
const make = async (part: ClusterPart, kind: CustomKind, name: string, body: Record<string, unknown>) =>
  good(await part.cluster.custom.create(place(part, kind, name), { metadata: meta(part, name), ...body }, PLAIN));
const read = async (part: ClusterPart, kind: CustomKind, name: string) =>
  good(await part.cluster.custom.get(place(part, kind, name))).object;
const field =
  (kind: CustomKind, ...path: string[]) =>
  async (part: ClusterPart, name: string) =>
    JSON.stringify(readPath(await read(part, kind, name), path) ?? null);
const patch = async (
  part: ClusterPart,
  kind: CustomKind,
  name: string,
  path: string,
  value: unknown,
  status = false,
) => {
  const { uid } = good(await part.cluster.custom.get(place(part, kind, name)));
  const options = { uid, resourceVersion: null, dryRun: false, ...(status ? { subresource: 'status' as const } : {}) };
  good(await part.cluster.custom.patch(place(part, kind, name), [{ op: 'add', path, value }], options));
};
const template = (name: string, extra: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'app', image: IMAGE, resources: { limits: { memory: '32Mi', cpu: '50m' } } }],
    ...extra,
  },
});
const selector = (name: string) => ({ matchLabels: { app: name } });
const ready = (part: ClusterPart, name: string) =>
  part.until(`${name} is ready`, async () => {
    const found = await part.cluster.workload(part.namespace, name);
    return found.ok && found.value.replicas > 0 && found.value.readyReplicas === found.value.replicas;
  });
/** A kind that only the sandbox may be given for a test. */
const define = async (part: ClusterPart, { group, version, plural, kind }: CustomKind): Promise<boolean> => {
  if (!part.isSandbox) return false;
  const body = definition({
    group,
    kind,
    plural,
    scope: 'Namespaced',
    versions: [version],
    spec: anything,
    columns: [],
  });
  const where = { kind: DEFINITIONS, namespace: null, name: body.metadata.name };
  const made = await part.cluster.custom.create(where, { ...body }, PLAIN);
  return made.ok || made.failure.kind === 'conflict';
};

const TRIED: Tried[] = [
  {
    ...{ action: relaxPdb, name: 'strict', undoes: true, settles: false, refuses: 'target_gone' },
    async prepare(part, name) {
      await running(part, name);
      await make(part, KINDS.budget, name, { spec: { minAvailable: 2, selector: selector(name) } });
      await part.until('the budget is counted', async () => {
        return (await field(KINDS.budget, 'status', 'expectedPods')(part, name)) === '2';
      });
      return { target: {} };
    },
    seen: field(KINDS.budget, 'spec', 'minAvailable'),
  },
  {
    ...{ action: raiseHpaMax, name: 'bounded', undoes: true, refuses: 'unsupported' },
    async prepare(part, name) {
      await running(part, name);
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
      await make(part, KINDS.scaler, name, { spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 2 } });
      await part.until(
        'it is seen to',
        async () => (await field(KINDS.scaler, 'status', 'currentReplicas')(part, name)) === '2',
      );
      return { target: {} };
    },
    seen: field(KINDS.scaler, 'spec', 'maxReplicas'),
  },
  {
    ...{ action: scaleTo, name: 'emptied', undoes: true, refuses: 'target_gone' },
    async prepare(part, name) {
      await running(part, name);
      await patch(part, KINDS.deployment, name, '/spec/replicas', 0);
      await part.until('its pods are gone', async () => {
        const pods = await part.cluster.pods(part.namespace, { app: name });
        const found = await part.cluster.workload(part.namespace, name);
        return (
          pods.ok && found.ok && pods.value.length === 0 && found.value.observedGeneration >= found.value.generation
        );
      });
      return { target: {}, params: { replicas: 2 } };
    },
    seen: field(KINDS.deployment, 'spec', 'replicas'),
  },
  {
    ...{ action: pauseRollout, name: 'paused', undoes: true, refuses: 'target_gone' },
    async prepare(part, name) {
      await running(part, name);
      const bad = 'registry.invalid/nobody/nothing:1';
      await patch(part, KINDS.deployment, name, '/spec/template/spec/containers/0/image', bad);
      const about = { namespace: part.namespace, name };
      await part.until('the new pod is there', async () => {
        const pods = await part.cluster.pods(part.namespace, { app: name });
        return pods.ok && pods.value.length > 2;
      });
      return { target: {}, findings: [finding('rollout', about, 'change')] };
    },
    seen: field(KINDS.deployment, 'spec', 'paused'),
  },
  {
    ...{ action: restartStatefulset, name: 'numbered', undoes: false, refuses: 'target_gone' },
    async prepare(part, name) {
      await make(part, KINDS.set, name, {
        spec: { replicas: 1, serviceName: name, selector: selector(name), template: template(name) },
      });
      await ready(part, name);
      return { target: { kind: 'StatefulSet' } };
    },
    seen: field(KINDS.set, 'spec', 'template'),
  },
  {
    ...{ action: restartDaemonset, name: 'everywhere', undoes: false, refuses: 'target_gone' },
    async prepare(part, name) {
      await make(part, KINDS.agent, name, { spec: { selector: selector(name), template: template(name) } });
      await ready(part, name);
      return { target: { kind: 'DaemonSet' } };
    },
    seen: field(KINDS.agent, 'spec', 'template'),
  },
  {
    ...{ action: retryJob, name: 'late', undoes: false, settles: false, refuses: 'target_gone' },
    async prepare(part, name) {
      // Nobody has made what it needs: its deadline ends it.
      const needs = {
        restartPolicy: 'Never',
        containers: [{ name: 'app', image: IMAGE, envFrom: [{ configMapRef: { name: 'nobody' } }] }],
      };
      await make(part, KINDS.job, name, {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 5,
          template: { metadata: { labels: { app: name } }, spec: needs },
        },
      });
      await part.until('it has failed', async () =>
        JSON.stringify(await read(part, KINDS.job, name)).includes('DeadlineExceeded'),
      );
      return { target: { kind: 'Job' } };
    },
    seen: async (part, name) =>
      good(await part.cluster.custom.list(KINDS.job, part.namespace)).filter((one) => one.name.startsWith(name)).length,
  },
  {
    ...{ action: deleteFailedPods, name: 'ended', undoes: false, refuses: 'not_needed' },
    async prepare(part, name) {
      await running(part, name);
      const [pod] = good(await part.cluster.pods(part.namespace, { app: name }));
      // As the kubelet leaves an evicted one.
      await patch(part, KINDS.pod, pod!.name, '/status/phase', 'Failed', true);
      await part.until('another runs in its place', async () => {
        const pods = await part.cluster.pods(part.namespace, { app: name });
        return pods.ok && pods.value.filter((one) => one.ready && one.phase === 'Running').length === 2;
      });
      return { target: {} };
    },
    seen: async (part, name) =>
      good(await part.cluster.pods(part.namespace, { app: name })).filter(({ phase }) => phase === 'Failed').length,
  },
  {
    ...{ action: restoreConfig, name: 'configured', undoes: true, refuses: 'not_needed' },
    async prepare(part, name) {
      await make(part, KINDS.config, name, { data: { level: 'info', url: 'http://a' } });
      await make(part, KINDS.deployment, name, {
        spec: {
          ...{ replicas: 1, selector: selector(name) },
          template: template(name, {
            containers: [{ name: 'app', image: IMAGE, envFrom: [{ configMapRef: { name } }] }],
          }),
        },
      });
      await ready(part, name);
      const before = good(await part.cluster.custom.get(place(part, KINDS.config, name)));
      const copy = { uid: before.uid, changedAt: writtenAt(before.object) - 1_000, data: configData(before.object) };
      await patch(part, KINDS.config, name, '/data/level', 'wrong');
      const object = { kind: 'ConfigMap' as const, namespace: part.namespace, name };
      const changed = { ...finding('config_change', { namespace: part.namespace, name }, 'change'), object };
      return {
        target: {},
        findings: [changed],
        more: { configCopies: { of: async () => [copy], keep: async () => {} } },
      };
    },
    seen: field(KINDS.config, 'data'),
  },
  {
    ...{ action: abortRollout, name: 'half-way', undoes: true, settles: false, refuses: 'target_gone' },
    async prepare(part, name) {
      if (!(await define(part, KINDS.rollout))) return null;
      await make(part, KINDS.rollout, name, { spec: {} });
      await patch(part, KINDS.rollout, name, '/status', { stableRS: 'a1', currentPodHash: 'b2', abort: false }, true);
      return { target: {} };
    },
    seen: field(KINDS.rollout, 'status', 'abort'),
  },
  {
    ...{ action: suspendReconciliation, name: 'kept', undoes: true, refuses: 'target_gone' },
    async prepare(part, name) {
      if (!(await define(part, KINDS.application))) return null;
      const spec = { source: {}, syncPolicy: { automated: { selfHeal: true } } };
      await make(part, KINDS.application, name, { spec });
      await patch(part, KINDS.application, name, '/status', { sync: { revision: 'abc1234' } }, true);
      await running(part, name);
      await patch(part, KINDS.deployment, name, '/metadata/annotations', {
        'argocd.argoproj.io/tracking-id': `${name}:apps/Deployment:${part.namespace}/${name}`,
      });
      await patch(part, KINDS.deployment, name, '/spec/template/spec/containers/0/image', 'registry.k8s.io/pause:3.10');
      const about = { namespace: part.namespace, name };
      return { target: {}, findings: [finding('rollout', about, 'change')] };
    },
    seen: field(KINDS.application, 'spec', 'syncPolicy'),
  },
];

describe.each(parts)('%s', { timeout: 600_000 }, (_title, open) => {
  let part: ClusterPart;
  beforeAll(async () => {
    part = await open();
  }, 300_000);
  afterAll(() => part?.end());

  const around = (name: string, { target, findings = [], more, params = {} }: Prepared): ActionContext => {
    const given = { cluster: part.cluster, now: part.now } as SmallCluster;
    const whose = { namespace: part.namespace, name, ...target };
    const subject = { cluster: 'test', namespace: part.namespace, service: name };
    return { ...contextFor(given, { target: whose, findings, params: params as never }), subject, ...more };
  };

  it.each(TRIED.map((one) => [one.action.name, one] as const))('%s', async (_name, tried) => {
    const { action, name, undoes } = tried;
    const prepared = await tried.prepare(part, name);
    if (prepared === null) return;
    const given = around(name, prepared);
    const before = await tried.seen(part, name);
    const plan = await planned(action, given);
    expect((await planned(action, given)).digest).toBe(plan.digest);
    expect(await tried.seen(part, name)).toEqual(before);
    expect(plan.diff).not.toBe('');
    expect(await action.wasApplied(given, plan, `${name}-1`)).toBeNull();

    const { applied, execution } = await carryOut(action, given, plan, `${name}-1`);
    expect(applied).toMatchObject({ kind: 'done' });
    const once = await tried.seen(part, name);
    expect(once).not.toEqual(before);
    expect((await action.wasApplied(given, plan, `${name}-1`))?.kind).toBe('done');
    expect(['done', 'failed']).toContain((await carryOut(action, given, plan, `${name}-1`)).applied.kind);
    expect(await tried.seen(part, name)).toEqual(once);

    if (tried.settles !== false)
      await part.until(`${action.name} has settled`, async () => {
        const settled = await action.settled(given, execution);
        if (settled.kind === 'failed') throw new Error(settled.message);
        return settled.kind === 'settled';
      });
    const undone = await takeBack(action, given, execution);
    if (!undoes) {
      expect(undone).toMatchObject({ kind: 'failed', changed: false });
      return;
    }
    expect(undone.kind).toBe('done');
    expect(await tried.seen(part, name)).toEqual(before);
    expect((await takeBack(action, given, execution)).kind).toBe('done');
  });

  it.each(TRIED.map((one) => [one.action.name, one] as const))('%s refuses what is not there', async (_name, tried) => {
    const kind = tried.action === retryJob ? ('Job' as const) : ('Deployment' as const);
    const findings = [finding('rollout', { namespace: 'nobodys', name: 'nobody' }, 'change')];
    const given = around('nobody', { target: { kind, namespace: 'nobodys' }, findings });
    expect(await refusal(tried.action, given)).toBe(tried.refuses);
  });
});

/** Tried in test/actions alone, against the sandbox's API server. */
const LEFT_OUT: Record<string, string> = {
  drain_and_cordon: 'nodes are left alone on a cluster that is only lent',
  uncordon: 'nodes',
  remove_taint: 'nodes',
  evict_low_priority: 'nodes',
  expand_volume: 'takes a storage class that grows, and costs what it grows by',
  enable_circuit_breaker: 'takes Istio',
  apply_scaled_object: 'takes KEDA',
  apply_kyverno_policy: 'takes Kyverno, and is about whole namespaces',
  run_keptn_task: 'takes Keptn',
  revert_in_git: 'writes to a Git host: test/ports/git-host.test.ts, test/actions/revert-in-git.test.ts',
  give_back: 'takes back what another has done: test/incidents/by-hand.test.ts',
  notify_oncall: 'changes nothing',
};

it('every action is tried here, or it is said why not', async () => {
  const all = await loadModules<Action>(fileURLToPath(new URL('../../src/actions', import.meta.url)));
  const here = await readFile(new URL('actions.test.ts', import.meta.url), 'utf8');
  const tried = TRIED.map(({ action }) => action.name);
  const missing = all
    .map(({ name }) => name)
    .filter((name) => !tried.includes(name) && !(name in LEFT_OUT))
    .filter((name) => !here.includes(`src/actions/${name.replaceAll('_', '-')}.ts`));
  expect(missing).toEqual([]);
});
