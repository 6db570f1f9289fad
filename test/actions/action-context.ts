import { authorise, authoriseUndo } from '../../src/domain/authorise.ts';
import type { EntityRef } from '../../src/domain/types/entity.ts';
import type { Execution } from '../../src/domain/types/execution.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { Recommendation } from '../../src/domain/types/recommendation.ts';
import type { ServicePolicy } from '../../src/domain/types/service-policy.ts';
import type { Action, ActionContext, Applied } from '../../src/extension-points.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { SmallCluster } from '../adapters/kubernetes/small-cluster.ts';

const GI = 2 ** 30;

/** Metrics that know each pod's memory and nothing else. */
export function memoryMetrics(bytesByPod: Record<string, number>): Metrics {
  return {
    range: async () => ({ ok: true, value: [] }),
    instant: async () => ({
      ok: true,
      value: Object.entries(bytesByPod).map(([pod, value]) => ({ labels: { pod }, value })),
    }),
    ping: async () => {},
  };
}

export type ContextOptions = {
  target?: Partial<EntityRef>;
  findings?: Finding[];
  metrics?: Metrics;
  params?: Record<string, string | number | boolean>;
  limits?: Partial<ActionContext['limits']>;
  scaledObjectFor?: ActionContext['scaledObjectFor'];
};

export function contextFor(small: SmallCluster, options: ContextOptions = {}): ActionContext {
  return {
    cluster: small.cluster,
    metrics: options.metrics ?? memoryMetrics({}),
    clock: { now: small.now, realDelay: (ms) => ms },
    subject: { cluster: 'test', namespace: 'shop', service: 'payment-api' },
    target: { kind: 'Deployment', namespace: 'shop', name: 'payment-api', ...options.target },
    issue: { kind: 'unknown', severity: 1, unit: '', message: '' },
    findings: options.findings ?? [],
    step: { action: '', rung: 'remediate', threshold: 0, confidence: 0, params: options.params ?? {} },
    scaledObjectFor: options.scaledObjectFor ?? (async () => ({ ok: false, message: 'nothing is foretold here' })),
    protectedNamespaces: ['kube-system'],
    limits: {
      maxReplicas: 10,
      maxMemoryBytes: 2 * GI,
      maxPodsAffectedRatio: 1,
      drainTimeoutMs: 60_000,
      ...options.limits,
    },
  };
}

export async function planned(action: Action, context: ActionContext): Promise<Plan> {
  const result = await action.plan(context);
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.plan;
}

export async function refusal(action: Action, context: ActionContext): Promise<string | null> {
  const result = await action.plan(context);
  return result.ok ? null : result.refusal.code;
}

/** Authorises as the pipeline does, for a plan that may be older than the cluster. */
export function authorised(plan: Plan, executionId: string) {
  const { digest, blastRadius } = plan;
  const verdict = authorise({
    ...HELD,
    now: plan.plannedAt,
    executionId,
    agreed: { digest, blastRadius, confidence: 1 },
    authority: { by: 'person', user: 'U1', at: plan.plannedAt },
    health: [],
    clockOff: null,
    policy: FREE,
    notAfter: plan.plannedAt + 1,
    mode: 'act',
    paused: false,
    protectedNamespaces: [],
    planned: { ok: true, plan },
    trouble: { kind: 'present' },
    maxPodsAffectedRatio: 1,
  });
  if (!verdict.ok) throw new Error(verdict.refusal.message);
  return verdict.authorised;
}

const FREE: ServicePolicy = {
  listed: true,
  critical: false,
  autonomy: 'auto',
  timeoutMs: 300_000,
  atTimeout: null,
  approvers: ['U1'],
};
const HELD = {
  lookedAt: 0,
  lock: { kind: 'locked' as const, fence: 1, pauseEpoch: 0 },
  lease: { effectId: 'e', token: 't' },
};

/** Undoes as the pipeline does. */
export function takeBack(action: Action, context: ActionContext, execution: Execution): Promise<Applied> {
  const { plan } = execution.recommendation;
  const look = { now: context.clock.now(), executionId: execution.id, plan, confidence: 1, policy: FREE };
  const open = { mode: 'act' as const, paused: false, clockOff: null, protectedNamespaces: [] };
  const verdict = authoriseUndo({ ...HELD, ...look, ...open, authority: { by: 'auto' } });
  if (!verdict.ok) throw new Error(verdict.refusal.message);
  return action.undo(context, execution, verdict.authorised);
}

export async function carryOut(
  action: Action,
  context: ActionContext,
  plan: Plan,
  executionId = 'inc-1-1',
): Promise<{ applied: Applied; execution: Execution }> {
  const startedAt = context.clock.now();
  const applied = await action.apply(context, authorised(plan, executionId));
  return {
    applied,
    execution: executionOf(plan, executionId, startedAt, applied.kind === 'done' ? applied.undo : null),
  };
}

export function executionOf(
  plan: Plan,
  id: string,
  startedAt: number,
  undo: Record<string, unknown> | null,
): Execution {
  const recommendation: Recommendation = {
    issue: 'unknown',
    step: { action: plan.action, rung: 'remediate', threshold: 0, confidence: 0, params: {} },
    stepIndex: 0,
    plan,
    confidence: { value: 1, parts: [], worked: 0, tried: 0 },
    reasons: [],
  };
  // As Redis hands it back.
  return JSON.parse(
    JSON.stringify({
      id,
      recommendation,
      authority: { by: 'auto' },
      startedAt,
      fence: 1,
      pauseEpoch: 0,
      undo,
      finishedAt: null,
      result: null,
      message: '',
      verification: null,
      undone: null,
    }),
  );
}

export function finding(what: string, about: Partial<EntityRef>, kind: Finding['kind'] = 'state'): Finding {
  return {
    kind,
    about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api', ...about },
    at: 0,
    what,
    message: `${what} was seen`,
    strength: 0.9,
  };
}
