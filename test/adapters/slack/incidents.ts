import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import type { State } from '../../../src/domain/incident-state.ts';
import type { Diagnosis } from '../../../src/domain/types/diagnosis.ts';
import type { Execution } from '../../../src/domain/types/execution.ts';
import type { Plan } from '../../../src/domain/types/plan.ts';
import type { Recommendation } from '../../../src/domain/types/recommendation.ts';
import type { MessageContext } from '../../../src/ports/chat.ts';

/** Incidents as the pipeline makes them, for the tests of what people see. */

export const T0 = Date.UTC(2026, 10, 20, 2, 58, 0);
export const MIN = 60_000;

export function plan(over: Partial<Plan> = {}): Plan {
  return {
    action: 'rollback_deployment',
    target: { kind: 'Deployment', namespace: 'shop', name: 'ledger-db', uid: 'uid-1' },
    changes: [
      { path: 'spec.template.spec.containers[ledger-db].image', before: 'ledger-db:4.2.0', after: 'ledger-db:4.1.7' },
    ],
    diff: '--- before\n+++ after\n-image: ledger-db:4.2.0\n+image: ledger-db:4.1.7',
    summary: 'Roll ledger-db back to revision 13',
    reversible: true,
    blastRadius: {
      level: 'low',
      podsAffected: 3,
      podsTotal: 3,
      services: ['ledger-db'],
      message: '3 pods, one at a time',
    },
    notes: ['ConfigMaps are not rolled back'],
    digest: '3f8a1c0d9e7b6a5f4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b',
    data: {},
    plannedAt: T0 + 9_000,
    ...over,
  };
}

export function recommendation(over: Partial<Recommendation> = {}): Recommendation {
  return {
    issue: 'high_latency',
    step: { action: 'rollback_deployment', rung: 'rollback', threshold: 0, confidence: 0.9, params: {} },
    stepIndex: 0,
    plan: plan(),
    confidence: {
      value: 0.914,
      parts: [{ name: 'cause', value: 0.82, message: 'ledger-db is the likely cause' }],
      worked: 11,
      tried: 12,
    },
    reasons: ['The trouble began 2 min after rollout 14'],
    ...over,
  };
}

export const OTHER = recommendation({
  step: { action: 'restart_pod', rung: 'remediate', threshold: 0, confidence: 0.8, params: {} },
  plan: plan({
    action: 'restart_pod',
    summary: 'Restart 1 pod of ledger-db',
    digest: 'aa11bb22cc33dd44ee55ff66aa77bb88cc99dd00ee11ff22aa33bb44cc55dd66',
  }),
  confidence: { value: 0.84, parts: [], worked: 0, tried: 0 },
});

export function diagnosis(over: Partial<Diagnosis> = {}): Diagnosis {
  return {
    at: T0 + 9_000,
    issue: { kind: 'high_latency', severity: 2.8, unit: 's', message: 'p99 is 2.8 s' },
    causes: [
      {
        entity: { kind: 'Deployment', namespace: 'shop', name: 'ledger-db' },
        what: 'rollout',
        probability: 0.82,
        reasons: ['rolled out 2 min before'],
      },
      { entity: { kind: 'Node', namespace: '', name: 'node-a' }, what: 'overload', probability: 0.1, reasons: [] },
    ],
    somethingElse: 0.08,
    named: true,
    findings: [
      {
        kind: 'anomaly',
        about: { kind: 'Service', namespace: 'shop', name: 'payment-api' },
        at: T0 - MIN,
        what: 'latency',
        message: 'Latency is far from normal',
        strength: 0.99,
        value: { observed: 2.8, low: 0.18, high: 0.32, unit: 's' },
      },
    ],
    measured: true,
    ...over,
  };
}

export const AWAITING: State = {
  name: 'awaiting_approval',
  recommendation: recommendation(),
  planDigest: plan().digest,
  timeoutMs: 5 * MIN,
  atTimeout: 'execute',
  deliveredAt: T0 + 10_000,
  deadline: T0 + 10_000 + 5 * MIN,
  held: null,
  asked: 1,
  reason: 'payment-api is critical',
};

export function execution(over: Partial<Execution> = {}): Execution {
  return {
    id: 'INC-241-1',
    recommendation: recommendation(),
    authority: { by: 'person', user: 'U_ONCALL', at: T0 + 7 * MIN },
    startedAt: T0 + 7 * MIN,
    fence: 1,
    pauseEpoch: 0,
    undo: {},
    finishedAt: T0 + 8 * MIN,
    result: 'done',
    message: 'rolled back',
    verification: { verdict: 'recovered', at: T0 + 10 * MIN, message: 'p99 back to 0.21 s, steady' },
    undone: null,
    ...over,
  };
}

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'INC-241',
    cluster: 'prod-eu',
    namespace: 'shop',
    service: 'payment-api',
    groupKey: 'shop/payment-api',
    version: 3,
    state: AWAITING,
    openedAt: T0,
    closedAt: null,
    alerts: [
      {
        fingerprint: 'f1',
        name: 'HighLatency',
        status: 'firing',
        labels: { service: 'payment-api' },
        annotations: { summary: 'p99 over 2 s' },
        startsAt: T0 - MIN,
        endsAt: null,
        generatorUrl: '',
        source: 'alertmanager',
      },
    ],
    alertCount: 1,
    anomalies: [],
    diagnosis: diagnosis(),
    options: [recommendation(), OTHER],
    skippedSteps: [{ action: 'scale_horizontal', reason: 'low_confidence', message: 'confidence 0.41 is below 0.7' }],
    attempted: [],
    executions: [],
    message: null,
    page: null,
    linked: [],
    feedback: null,
    pageAskedBy: null,
    unmeasured: 0,
    ...over,
  };
}

export const NOT_PAUSED = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };

export function entry(over: Partial<TimelineEntry>): TimelineEntry {
  return { at: T0, type: 'noted', message: 'something', by: null, from: 'noticed', to: 'noticed', ...over };
}

export function context(over: Partial<MessageContext> = {}): MessageContext {
  return { timeline: [], paused: NOT_PAUSED, approvers: ['U_ONCALL', 'U_SECOND'], now: T0 + MIN, ...over };
}

/** One of each state. */
export const EVERY_STATE: State[] = [
  { name: 'noticed', attempt: 0 },
  { name: 'watching', until: T0 + 5 * MIN, why: 'a rollout is in progress' },
  AWAITING,
  {
    name: 'queued',
    recommendation: recommendation(),
    authority: { by: 'auto' },
    notAfter: T0 + 20 * MIN,
    tries: 1,
    waiting: { code: 'locked', message: 'another service is being healed' },
  },
  { name: 'executing', execution: execution({ result: null, verification: null }), progress: '2 of 3 pods ready' },
  {
    name: 'verifying',
    execution: execution({ verification: null }),
    since: T0,
    until: T0 + 10 * MIN,
    steadyMs: 2 * MIN,
    samples: [],
  },
  { name: 'undoing', execution: execution(), by: 'nightshift' },
  { name: 'escalated', why: 'no step qualifies', level: 1, acknowledgedBy: null, since: T0 + MIN },
  { name: 'closed', outcome: 'healed', why: 'p99 back to 0.21 s' },
];
