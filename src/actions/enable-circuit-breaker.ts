import { managerNotes } from '../domain/managed-by.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { Action, ActionContext, Planned } from '../extension-points.ts';
import type { CustomKind } from '../ports/custom-objects.ts';
import { applyObject, settledObject, undoObject } from './custom/object-change.ts';
import { applyWrite, firstServed, nameOf, type ObjectWrite, writeWasApplied } from './custom/object-write.ts';
import {
  type BreakerPart,
  breakerParamFault,
  breakerParts,
  breakerSettings,
  partWords,
} from './mesh/breaker-settings.ts';
import { type Called, calledService } from './mesh/called-service.ts';
import { DESTINATION_RULES, type Home, homeFor, rulesFor, subsetNotes } from './mesh/destination-rules.ts';
import { cannotLook } from './workload/look.ts';

/** Callers of a dependency that fails or hangs get an error at once instead of waiting for it: an Istio DestinationRule with outlier detection and request limits. It mends the callers, not the dependency. */
const enableCircuitBreaker: Action = {
  name: 'enable_circuit_breaker',
  title: 'Enable a circuit breaker',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  relieves: 'callers',
  cures: {
    // That callers are quick again when what they call hangs; they need not be well again, which is measured afterwards.
    deadlock: [13, 4],
    blocked_on_dependency: [13, 4],
    latency: [12, 4],
    errors: [6, 4],
    rollout: [1, 5],
    '*': [2, 4],
  },
  // Who may not be reached isn't reached better, whatever runs behind the policy.
  against: { namespace: [], workload: ['network_policy', 'network_policy_denies'] },
  params: {
    consecutive_errors: 'errors in a row after which a pod is left out, a whole number (5)',
    eject_for: 'how long it is left out, whole seconds (60s)',
    max_requests: 'requests that may be on their way at the same time, a whole number (16)',
    max_pending: 'requests that may wait for a connection, a whole number (8)',
  },
  permissions: [
    { group: 'networking.istio.io', resource: 'destinationrules', verbs: ['get', 'list', 'create', 'patch', 'delete'] },
    { group: '', resource: 'services', verbs: ['get', 'list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'deployments', verbs: ['get'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get'] },
  ],
  paramFault: breakerParamFault,
  async plan(context) {
    const fault = breakerParamFault(context.step.params);
    if (fault) return refuse('invalid', `params.${fault.param} of this step ${fault.message}.`);
    const kind = await firstServed(context.cluster, DESTINATION_RULES);
    if (!kind.ok) return cannotLook(kind.failure, 'DestinationRules');
    if (kind.value === null)
      return refuse(
        'unsupported',
        "A circuit breaker isn't available: the API server knows no DestinationRules (networking.istio.io). Where Istio is installed, it is.",
      );
    const called = await calledService(context);
    if (!called.ok) return called;
    const rules = await rulesFor(context.cluster, kind.value, called.service);
    if (!rules.ok) return cannotLook(rules.failure, 'DestinationRules');
    const home = homeFor(rules.value, called.service);
    return home.ok ? planBreaker(context, kind.value, called.service, home) : home;
  },
  wasApplied: writeWasApplied,
  apply: (context, authorised) => applyObject(enableCircuitBreaker, context, authorised),
  // Istio hands it to the proxies within seconds, and has no status that would say so.
  settled: (context, execution) =>
    settledObject(context, execution, (_, name) => ({ kind: 'settled', message: `${name} is in force.` })),
  undo: undoObject,
};

async function planBreaker(
  context: ActionContext,
  kind: CustomKind,
  service: Called,
  { rule, parts }: Extract<Home, { ok: true }>,
): Promise<Planned> {
  const { cluster, clock, step } = context;
  const write = writeFor(context, kind, service, { rule, parts });
  const dry = await applyWrite(cluster, write, null);
  const name = nameOf(write);
  if (!dry.ok) return cannotLook(dry.failure, name);
  const settings = breakerSettings(step);
  const changes: FieldChange[] = parts.map((part) => ({
    path: `${name} spec.trafficPolicy.${part}`,
    before: 'none',
    after: partWords(part, settings),
  }));
  return {
    ok: true,
    plan: {
      action: 'enable_circuit_breaker',
      target: { kind: 'Service', namespace: service.namespace, name: service.name, uid: service.uid },
      changes,
      diff: objectDiff(`${service.namespace}/${write.place.name}`, rule?.object ?? {}, dry.value.object),
      summary: `Enable a circuit breaker in front of ${service.name}`,
      reversible: true,
      temporary: `the circuit breaker in front of ${service.name}`,
      blastRadius: {
        level: 'medium',
        podsAffected: 0,
        podsTotal: service.pods,
        services: [`${service.namespace}/${service.workload ?? service.name}`],
        takesAway: true,
        message: `No pod is touched. While ${service.name} fails, its callers get an error at once (503) instead of waiting for it.`,
      },
      notes: [
        `It mends the callers, not ${service.name}; callers outside the mesh see no change.`,
        ...(rule ? [...subsetNotes(rule), ...managerNotes(rule, 'spec.trafficPolicy')] : []),
      ],
      digest: planDigest('enable_circuit_breaker', service.uid, changes),
      data: { write },
      plannedAt: clock.now(),
    },
  };
}

function writeFor(
  { step }: ActionContext,
  kind: CustomKind,
  { namespace, name }: Called,
  { rule, parts }: { rule: ActionRule; parts: BreakerPart[] },
): ObjectWrite {
  const all = breakerParts(breakerSettings(step));
  const trafficPolicy = {
    ...(parts.includes('connectionPool.http') ? { connectionPool: { http: all['connectionPool.http'] } } : {}),
    ...(parts.includes('outlierDetection') ? { outlierDetection: all.outlierDetection } : {}),
  };
  // One name a Service, and not one an execution: two rules for one host are what must never be.
  const place = { kind, namespace, name: rule?.name ?? `nightshift-${name}` };
  return rule
    ? { place, made: false, uid: rule.uid, resourceVersion: rule.resourceVersion, body: { spec: { trafficPolicy } } }
    : { place, made: true, uid: null, resourceVersion: null, body: { spec: { host: name, trafficPolicy } } };
}

type ActionRule = Extract<Home, { ok: true }>['rule'];

const refuse = (code: 'invalid' | 'unsupported', message: string): Planned => ({
  ok: false,
  refusal: { code, message },
});

export default enableCircuitBreaker;
