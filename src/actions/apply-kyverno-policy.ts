import { objectDiff } from '../domain/object-diff.ts';
import { planDigest } from '../domain/plan.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { BlastRadius, FieldChange } from '../domain/types/plan.ts';
import type { Step } from '../domain/types/playbook.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, ActionContext, ParamFault, Planned } from '../extension-points.ts';
import type { Workload } from '../ports/cluster-objects.ts';
import type { CustomKind } from '../ports/custom-objects.ts';
import { applyObject, settledObject, undoObject } from './custom/object-change.ts';
import { applyWrite, nameOf, type ObjectWrite, writeWasApplied } from './custom/object-write.ts';
import {
  defaultsWords,
  isQuantityName,
  POLICY,
  QUANTITY_NAMES,
  quantityFault,
  type ResourceDefault,
  resourceDefaults,
} from './policy/default-resources.ts';
import { existingPolicy, refusalFor, servedKinds } from './policy/existing.ts';
import { ONLY_PODS, policyBody, readiness } from './policy/kyverno.ts';
import { isTouched, namespacesFault, type Scope, scopeOf, scopeWords } from './policy/scope.ts';
import { usedBeyond } from './policy/usage.ts';
import { cannotLook, lookAtTarget } from './workload/look.ts';

/**
 * Has Kyverno give the pods that are made from now on what they lack: `add-default-resources`, limits and requests. It keeps a pod without a limit from taking what its neighbours need; pods that run are helped
 * only once they are made anew.
 */
const applyKyvernoPolicy: Action = {
  name: 'apply_kyverno_policy',
  title: 'Apply a Kyverno policy',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  cures: {
    // Of itself it helps pods that are yet to be made; what it does for the trouble at hand shows only after a restart.
    node_pressure: [3, 3],
    oom_killed: [2, 4],
    memory: [2, 4],
    rollout: [1, 8],
    '*': [1, 4],
  },
  against: { namespace: [], workload: [] },
  params: {
    policy: 'which policy (default-resources)',
    namespaces: 'where it holds, names with commas (the namespace of the incident)',
    memory_limit: 'limit of a container that has none, whole Mi or Gi (512Mi)',
    memory_request: 'request of a container that has none, whole Mi or Gi (256Mi)',
    cpu_limit: 'cores or millicores (500m)',
    cpu_request: 'cores or millicores (250m)',
  },
  permissions: [
    { group: 'policies.kyverno.io', resource: 'mutatingpolicies', verbs: ['get', 'create', 'patch', 'delete'] },
    { group: 'kyverno.io', resource: 'clusterpolicies', verbs: ['get', 'create', 'patch', 'delete'] },
    { group: '', resource: 'nodes', verbs: ['get', 'list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
  ],
  paramFault,
  async plan(context) {
    const { cluster, step, protectedNamespaces } = context;
    const fault = paramFault(step.params);
    if (fault) return refuse('invalid', `params.${fault.param} of this step ${fault.message}.`);
    const scope = scopeOf(context);
    const kept = scope.all ? undefined : scope.namespaces.find((name) => protectedNamespaces.includes(name));
    if (kept !== undefined)
      return refuse('protected_namespace', `${kept} is a protected namespace: no policy is made for it.`);
    if (!scope.all && scope.namespaces.length === 0)
      return refuse(
        'invalid',
        'Where the policy is to hold is not known: the incident has no namespace. Name some in params.namespaces.',
      );
    const kinds = await servedKinds(cluster);
    if (!kinds.ok) return cannotLook(kinds.failure, 'Kyverno policies');
    const [kind] = kinds.value;
    if (!kind)
      return refuse(
        'unsupported',
        "Kyverno policies aren't available: the API server knows no MutatingPolicies (policies.kyverno.io) and no ClusterPolicies (kyverno.io). Where Kyverno is installed, they are.",
      );
    const existing = await existingPolicy(cluster, kinds.value, POLICY);
    if (!existing.ok) return cannotLook(existing.failure, POLICY);
    if (existing.value) return { ok: false, refusal: refusalFor(existing.value.kind, existing.value.policy) };
    return planPolicy(context, kind, scope);
  },
  wasApplied: writeWasApplied,
  apply: (context, authorised) => applyObject(applyKyvernoPolicy, context, authorised),
  settled: (context, execution) =>
    settledObject(context, execution, (found, name) => {
      const { ready, message } = readiness(found);
      return ready
        ? { kind: 'settled', message: `${name} is in force for pods that are made from now on.` }
        : { kind: 'in_progress', message: `${name} isn't ready: ${message}.` };
    }),
  undo: undoObject,
};

function paramFault(params: Step['params']): ParamFault | null {
  const known = ['policy', 'namespaces', ...QUANTITY_NAMES];
  const odd = Object.keys(params).find((name) => !['policy', 'namespaces'].includes(name) && !isQuantityName(name));
  if (odd !== undefined) return { param: odd, message: `is not known; there are ${known.join(', ')}` };
  const { policy = POLICY, namespaces } = params;
  if (policy !== POLICY) return { param: 'policy', message: `must be ${POLICY}, the one that there is` };
  return namespacesFault(namespaces) ?? quantityFault(params);
}

async function planPolicy(context: ActionContext, kind: CustomKind, scope: Scope): Promise<Planned> {
  const { cluster, clock, step } = context;
  const defaults = resourceDefaults(step);
  const target = await targetOf(context);
  if (!target.ok) return target;
  const touched = await touchedBy(context, scope, defaults);
  if (!touched.ok) return touched;
  if (touched.workloads.length === 0)
    return refuse(
      'not_needed',
      `Every container of ${scopeWords(scope)} has limits and requests that stand: the policy would change nothing.`,
    );
  const lack = await usedBeyond(context, touched.workloads, defaults);
  if (lack) return { ok: false, refusal: lack };
  const write: ObjectWrite = {
    place: { kind, namespace: null, name: POLICY },
    made: true,
    uid: null,
    resourceVersion: null,
    body: policyBody(kind, defaults, scope),
    ...(kind.kind === 'ClusterPolicy' ? { annotations: ONLY_PODS } : {}),
  };
  const dry = await applyWrite(cluster, write, null);
  if (!dry.ok) return cannotLook(dry.failure, nameOf(write));
  const changes: FieldChange[] = [
    { path: `${nameOf(write)} for ${scopeWords(scope)}`, before: 'none', after: defaultsWords(defaults) },
  ];
  return {
    ok: true,
    plan: {
      action: 'apply_kyverno_policy',
      target: target.target,
      changes,
      diff: objectDiff(POLICY, {}, dry.value.object),
      summary: `Give pods of ${scopeWords(scope)} default limits and requests`,
      reversible: true,
      blastRadius: radiusOf(scope, touched.workloads),
      notes: [
        'Pods that run keep what they have: it holds for those that are made from now on, after a restart, say.',
        'Undo takes the policy away; pods that were made under it keep what they got.',
        'A container that asks for more than the limit here, and has none, is left without: else it would be refused.',
      ],
      digest: planDigest('apply_kyverno_policy', target.target.uid, changes),
      data: { write },
      plannedAt: clock.now(),
    },
  };
}

/** What the incident's cause is: a policy has no namespace, and isn't there yet. */
async function targetOf(
  context: ActionContext,
): Promise<{ ok: true; target: EntityRef & { uid: string } } | { ok: false; refusal: Refusal }> {
  const { cluster, target } = context;
  if (target.kind !== 'Node') {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { kind, namespace, name, uid } = looked.look.workload;
    return { ok: true, target: { kind, namespace, name, uid } };
  }
  const nodes = await cluster.nodes();
  if (!nodes.ok) return cannotLook(nodes.failure, `Node ${target.name}`);
  const node = nodes.value.find(({ name }) => name === target.name);
  if (node) return { ok: true, target: { ...target, uid: node.uid } };
  return { ok: false, refusal: { code: 'target_gone', message: `Node ${target.name} isn't there any more.` } };
}

/** The workloads whose next pods differ from those they have. */
async function touchedBy(
  { cluster }: ActionContext,
  { all, namespaces }: Scope,
  defaults: ResourceDefault[],
): Promise<{ ok: true; workloads: Workload[] } | { ok: false; refusal: Refusal }> {
  const found: Workload[] = [];
  for (const namespace of all ? [null] : namespaces) {
    const listed = await cluster.workloads(namespace);
    if (!listed.ok) return cannotLook(listed.failure, `the workloads of ${namespace ?? 'the cluster'}`);
    found.push(...listed.value.filter((one) => !all || !namespaces.includes(one.namespace)));
  }
  return { ok: true, workloads: found.filter((one) => isTouched(one, defaults)) };
}

/** No pod is touched now, and each that is made later may be: never low. */
function radiusOf(scope: Scope, workloads: Workload[]): BlastRadius {
  const services = workloads.map(({ namespace, name }) => `${namespace}/${name}`).sort();
  const count = `${services.length} ${services.length === 1 ? 'workload' : 'workloads'}`;
  return {
    level: scope.all || scope.namespaces.length > 1 ? 'high' : 'medium',
    podsAffected: 0,
    podsTotal: workloads.reduce((sum, { replicas }) => sum + replicas, 0),
    services,
    message: `No pod is touched now. Each that is made in ${scopeWords(scope)} from now on gets what it lacks: that of ${count} there, and whatever is added later.`,
  };
}

const refuse = (code: Refusal['code'], message: string): Planned => ({ ok: false, refusal: { code, message } });

export default applyKyvernoPolicy;
