import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { definition, open } from '../../sandbox/operators/definition.ts';
import type { Deps } from '../../src/app/deps.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { newIncident } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { diagnosisOf } from '../../src/evidence/diagnosis.ts';
import { measureTrouble } from '../../src/evidence/measure.ts';
import { resolveSubject } from '../../src/evidence/resolve-subject.ts';
import type { StateCorrelator } from '../../src/extension-points.ts';
import { planStep } from '../../src/pipeline/plan-step.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { alertOf } from '../domain/examples.ts';
import { createLife } from '../incidents/life.ts';
import { storyDeps } from '../incidents/story-deps.ts';

const stateCorrelators = await loadModules<StateCorrelator>(
  fileURLToPath(new URL('../../src/correlators/state', import.meta.url)),
);
const BAD = { containers: [{ name: 'app', image: 'shop/bad:2' }] };
const template = { metadata: { labels: { app: 'pay' } }, spec: BAD };
const named = { name: 'pay', namespace: 'shop' };
const selector = { matchLabels: { app: 'pay' } };

type Made = { kind: string; owner: RegExp; how: RegExp; make(small: SmallCluster): void };

/** An object of a CustomResourceDefinition, and the pods that its controller would have made. */
const custom =
  (group: string, version: string, kind: string, plural: string, childs: (owner: object) => KubeObject[]) =>
  (small: SmallCluster): void => {
    small.kube.apply(
      definition({ group, kind, plural, scope: 'Namespaced', versions: [version], spec: open, columns: [] }),
    );
    small.kube.apply({ apiVersion: `${group}/${version}`, kind, metadata: named, spec: { replicas: 2 } });
    const uid = small.kube.get(`${plural}.${group}`, 'shop', 'pay')!.metadata.uid;
    const owner = { apiVersion: `${group}/${version}`, kind, name: 'pay', uid, controller: true };
    for (const child of childs(owner)) small.kube.apply(child);
  };
const pods =
  (...names: string[]) =>
  (owner: object): KubeObject[] =>
    names.map((name) => ({
      ...{ apiVersion: 'v1', kind: 'Pod', spec: BAD },
      metadata: { name, namespace: 'shop', labels: { app: 'pay' }, ownerReferences: [owner as never] },
    }));
const replicaSet = (name: string, ownerReferences: object[] = []): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { replicas: 2, selector, template } },
  metadata: { name, namespace: 'shop', ownerReferences: ownerReferences as never },
});

const MAKERS: Made[] = [
  {
    ...{
      kind: 'CloneSet',
      owner: /CloneSet pay \(OpenKruise\)/,
      how: /kubectl kruise rollout undo cloneset\/pay -n shop/,
    },
    make: custom('apps.kruise.io', 'v1alpha1', 'CloneSet', 'clonesets', pods('pay-abcde', 'pay-fghij')),
  },
  {
    ...{
      kind: 'StrimziPodSet',
      owner: /StrimziPodSet pay \(its controller/,
      how: /kubectl edit strimzipodset\/pay -n shop/,
    },
    make: custom('core.strimzi.io', 'v1beta2', 'StrimziPodSet', 'strimzipodsets', pods('pay-kafka-0')),
  },
  {
    ...{ kind: 'Rollout', owner: /Rollout pay \(Argo Rollouts\)/, how: /kubectl argo rollouts undo pay -n shop/ },
    make: custom('argoproj.io', 'v1alpha1', 'Rollout', 'rollouts', (one) => [replicaSet('pay-5d9c7b6f4', [one])]),
  },
  {
    ...{
      kind: 'ReplicaSet',
      owner: /ReplicaSet pay \(nothing keeps it\)/,
      how: /kubectl edit replicaset\/pay -n shop/,
    },
    make: (small) => void small.kube.apply(replicaSet('pay')),
  },
  {
    ...{ kind: 'Pod', owner: /Pod pay \(nothing makes it anew\)/, how: /kubectl replace --force/ },
    make: (small) => void small.kube.apply({ apiVersion: 'v1', kind: 'Pod', metadata: named, spec: BAD }),
  },
];

describe.each(MAKERS)('pods that a $kind makes', ({ kind, owner, how, make }) => {
  let small: SmallCluster;
  let deps: Deps;
  beforeEach(async () => {
    small = await startSmallCluster();
    make(small);
    const story = { cluster: [], alerts: [], seconds: 0 };
    const parts = await storyDeps({ store: {} as never, small, story, second: () => 0, life: createLife(() => 0) });
    deps = { ...parts, stateCorrelators };
  });
  afterEach(() => small.stop());

  const incidentOf = async (): Promise<Incident> => {
    const pod = small.kube.list('pods', 'shop')[0]!.metadata.name;
    const alert = alertOf({ name: 'KubePodCrashLooping', labels: { namespace: 'shop', pod }, startsAt: small.now() });
    const subject = await resolveSubject(small.cluster, alert, [{ by: 'pod', namespace: 'shop', name: pod }]);
    return { ...newIncident('INC-1', subject, small.now(), null), alerts: [alert] };
  };

  it('crash: it is named, measured, and handed over with who makes them and what to do there; no step of ours is planned', async () => {
    small.behave('bad', { kind: 'exited', reason: 'Error', exitCode: 1 });
    small.run(60);
    const incident = await incidentOf();
    const diagnosis = await diagnosisOf(deps, incident);
    expect(diagnosis).toMatchObject({ named: true, measured: true, issue: { kind: 'crash_loop' } });
    expect(diagnosis.causes[0]).toMatchObject({ entity: { kind, namespace: 'shop', name: 'pay' }, what: 'crash_loop' });
    expect(diagnosis.handOver).toMatchObject({ object: { kind, namespace: 'shop', name: 'pay' } });
    expect(diagnosis.handOver?.owner.join()).toMatch(owner);
    expect(diagnosis.handOver?.inGit).toMatch(how);
    for (const action of [
      'rollback_deployment',
      'restart_deployment',
      'scale_horizontal',
      'restart_pod',
      'revert_in_git',
    ]) {
      const step = { action, rung: 'remediate' as const, threshold: 0, confidence: 0, params: {} };
      const planned = await planStep(deps, { ...incident, diagnosis }, { step });
      expect(planned).toMatchObject({
        ok: false,
        refusal: { code: 'unsupported', message: expect.stringMatching(how) },
      });
    }
    const after = { ...incident, diagnosis };
    expect(await measureTrouble(deps, after)).toMatchObject({ kind: 'present' });
    // Nor is it called well when its pods can no longer be listed, or are gone.
    const silent = { ...small.cluster, pods: async () => ({ ok: false as const, failure: AWAY }) };
    expect(await measureTrouble({ ...deps, cluster: silent }, after)).toMatchObject({ kind: 'unknown' });
    const empty = { ...small.cluster, pods: async () => ({ ok: true as const, value: [] }) };
    expect(await measureTrouble({ ...deps, cluster: empty }, after)).toMatchObject({ kind: 'unknown' });
  });
});

it.each(['Job', 'CronJob'])(
  'a %s whose pods can’t start is named and handed over with what to do there',
  async (kind) => {
    const small = await startSmallCluster();
    const [container] = BAD.containers;
    const containers = [{ ...container, envFrom: [{ configMapRef: { name: 'settings' } }] }];
    const spec = { backoffLimit: 6, template: { ...template, spec: { containers, restartPolicy: 'OnFailure' } } };
    const every = { schedule: '* * * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec } };
    small.kube.apply({ apiVersion: 'batch/v1', kind, metadata: named, spec: kind === 'Job' ? spec : every });
    small.run(120);
    const pod = small.kube.list('pods', 'shop')[0]!.metadata.name;
    const alert = alertOf({ name: 'KubePodNotReady', labels: { namespace: 'shop', pod }, startsAt: small.now() });
    const subject = await resolveSubject(small.cluster, alert, [{ by: 'pod', namespace: 'shop', name: pod }]);
    expect(subject.entity).toMatchObject({ kind, name: 'pay' });
    const story = { cluster: [], alerts: [], seconds: 0 };
    const parts = await storyDeps({ store: {} as never, small, story, second: () => 0, life: createLife(() => 0) });
    const deps = { ...parts, stateCorrelators };
    const incident = { ...newIncident('INC-1', subject, small.now(), null), alerts: [alert] };
    const diagnosis = await diagnosisOf(deps, incident);
    expect(diagnosis).toMatchObject({
      named: true,
      handOver: { object: { kind: 'Job' }, inGit: expect.stringContaining('kubectl') },
    });
    expect(await measureTrouble(deps, { ...incident, diagnosis })).toMatchObject({ kind: 'unknown' });
    await small.stop();
  },
);

const AWAY = { kind: 'unreachable' as const, message: 'no answer', retryAfterMs: null };
