import type { CauseKind } from '../../domain/cause-kinds.ts';
import type { CallGraph } from '../../domain/snapshot/call-graph.ts';
import { type ClusterState, isAbsent, objectsOf } from '../../domain/snapshot/cluster-state.ts';
import { quantities } from '../../domain/snapshot/container.ts';
import { labelsAt, numberAt, recordAt, textAt } from '../../domain/snapshot/fields.ts';
import { editCommand } from '../../domain/snapshot/kubectl.ts';
import { moreThanUsed } from '../../domain/snapshot/should-be.ts';
import type { KubeObject, ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods } from '../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Quotas without room, where something that is needed isn't there: refusals of Services and claims leave no event behind. */
const fullQuotas: StateCorrelator = {
  name: 'full_quotas',
  finds: {
    quota_exceeded_services: {
      area: 'admission',
      title: "the namespace's quota has no Services left",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('Services'),
    },
    quota_exceeded_storage: {
      area: 'admission',
      title: "the namespace's quota has no storage or claims left",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('storage'),
    },
    quota_exceeded_pods: {
      area: 'admission',
      title: "the namespace's quota has no pods left",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('pods'),
    },
    quota_exceeded_cpu: {
      area: 'admission',
      title: "the namespace's quota has no CPU left",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('CPU'),
    },
    quota_exceeded_memory: {
      area: 'admission',
      title: "the namespace's quota has no memory left",
      object: 'ResourceQuota',
      whose: 'namespace',
      should: moreThanUsed('memory'),
    },
  },
  find: (state, calls) =>
    objectsOf(state, 'ResourceQuota').flatMap((quota) =>
      fullOf(quota).flatMap((resource) => judge(state, calls, quota, resource)),
    ),
};

function fullOf({ raw }: KubeObject): string[] {
  const hard = quantities(recordAt(raw, 'status', 'hard'));
  const asked = Object.keys(hard).length > 0 ? hard : quantities(recordAt(raw, 'spec', 'hard'));
  const used = quantities(recordAt(raw, 'status', 'used'));
  return Object.entries(asked)
    .filter(([name, most]) => used[name] !== undefined && (used[name] ?? 0) >= most)
    .map(([name]) => name);
}

function judge(state: ClusterState, calls: CallGraph, quota: KubeObject, resource: string): StateCause[] {
  const { namespace, name } = quota.metadata;
  const object = { kind: 'ResourceQuota', namespace, name };
  const lacking = lackingOf(state, calls, namespace, resource);
  if (!lacking) return [];
  const value = (field: string) => labelsAt(quota.raw, 'status', field)[resource] ?? '';
  return [
    {
      what: lacking.what,
      object,
      strength: lacking.strength,
      facts: [
        fact(object, `status.hard[${resource}]`, value('hard')),
        fact(object, `status.used[${resource}]`, value('used')),
        ...lacking.facts,
      ],
      hurts: lacking.hurts,
      command: editCommand(object),
    },
  ];
}

/** A Job that runs out has fewer pods than it asked for, too: only one that was refused them, or never got any, is hurt. */
const isKeptBack = ({ desired, paused, pods, events, raw }: StateWorkload): boolean =>
  desired > 0 &&
  !paused &&
  (events.some(({ reason, message }) => reason === 'FailedCreate' && /exceeded quota/.test(message)) ||
    (pods.length === 0 &&
      ['succeeded', 'failed', 'active'].every((field) => (numberAt(recordAt(raw, 'status'), field) ?? 0) === 0) &&
      textAt(raw, 'status', 'completionTime') === ''));

type Lacking = { what: CauseKind; strength: number; facts: StateFact[]; hurts: ObjectRef[] } | null;

function lackingOf(state: ClusterState, calls: CallGraph, namespace: string, resource: string): Lacking {
  if (/services/.test(resource)) {
    const uses = calls.uses.filter((use) => {
      const found = calls.resolve(use.host, use.workload.namespace);
      return found.kind === 'missing' && found.namespace === namespace;
    });
    // One that has pods and no Service was refused; any other name may be nobody's.
    const isRefused = ({ host }: { host: string }) =>
      state.workloads.some((one) => one.namespace === namespace && one.name === host.split('.')[0]);
    const behind = uses.find(isRefused);
    const first = behind ?? uses[0];
    return first
      ? {
          what: 'quota_exceeded_services',
          strength: behind ? 0.985 : 0.9,
          facts: [...uses.filter(isRefused), ...uses]
            .slice(0, 3)
            .map((use) => fact(use.workload, use.field, `${use.value}: no such Service`)),
          hurts: uses.map(({ workload }) => refOf(workload)),
        }
      : null;
  }
  if (/persistentvolumeclaims|storage/.test(resource)) {
    const without = state.workloads.filter(
      (one) =>
        one.namespace === namespace &&
        one.template.volumes.some(
          ({ kind, target }) =>
            kind === 'Claim' && isAbsent(state, { kind: 'PersistentVolumeClaim', namespace, name: target }),
        ),
    );
    return without.length > 0
      ? {
          what: 'quota_exceeded_storage',
          strength: 0.985,
          facts: without.map((one) => fact(one, 'spec.template.spec.volumes', 'a claim that is not there')),
          hurts: without.map(refOf),
        }
      : null;
  }
  const short = state.workloads.filter(
    (one) =>
      one.namespace === namespace && (one.kind === 'Job' ? isKeptBack(one) : standingPods(one).length < one.desired),
  );
  const what = /memory/.test(resource)
    ? 'quota_exceeded_memory'
    : /cpu/.test(resource)
      ? 'quota_exceeded_cpu'
      : resource === 'pods' || resource === 'count/pods'
        ? 'quota_exceeded_pods'
        : null;
  return what && short.length > 0
    ? {
        what,
        strength: 0.9,
        facts: short.slice(0, 3).map((one) => fact(one, 'pods', `${standingPods(one).length} of ${one.desired}`)),
        hurts: short.map(refOf),
      }
    : null;
}

export default fullQuotas;
