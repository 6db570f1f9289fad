import { newIncident } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Alert, AlertVital } from '../../src/domain/types/alert.ts';
import type { Decision } from '../../src/domain/types/decision.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { Execution } from '../../src/domain/types/execution.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { Recommendation } from '../../src/domain/types/recommendation.ts';

/** Plain examples for tests of the domain; every part can be replaced. */

export const T0 = Date.parse('2026-03-01T03:00:00Z');

/** What the rules of these names measure, as their expressions would tell. */
const VITALS: Record<string, AlertVital> = {
  HighLatencyP99: 'latency',
  HighErrorRate: 'errors',
  KubePodCrashLooping: 'absence',
  traffic: 'traffic',
};

export const alertOf = (over: Partial<Alert> = {}): Alert => ({
  fingerprint: 'f1',
  name: 'HighLatencyP99',
  vital: VITALS[over.name ?? 'HighLatencyP99'] ?? 'other',
  status: 'firing',
  labels: { namespace: 'shop', service: 'payment-api' },
  annotations: {},
  startsAt: T0,
  endsAt: null,
  generatorUrl: '',
  source: 'alertmanager',
  ...over,
});

export const planOf = (over: Partial<Plan> = {}): Plan => ({
  action: 'rollback_deployment',
  target: { kind: 'Deployment', namespace: 'shop', name: 'payment-api', uid: 'uid-1' },
  changes: [{ path: 'spec.template', before: '2', after: '1' }],
  diff: '',
  summary: 'Roll payment-api back to revision 1',
  reversible: true,
  blastRadius: { level: 'low', podsAffected: 1, podsTotal: 3, services: ['shop/payment-api'], message: '1 of 3 pods' },
  notes: [],
  digest: 'digest-1',
  data: {},
  plannedAt: T0,
  ...over,
});

export const recommendationOf = (over: Partial<Recommendation> = {}): Recommendation => ({
  issue: 'crash_loop',
  step: { action: 'rollback_deployment', rung: 'rollback', threshold: 0, confidence: 0.9, params: {} },
  stepIndex: 0,
  plan: planOf(),
  confidence: { value: 0.92, parts: [], worked: 0, tried: 0 },
  reasons: [],
  ...over,
});

export const diagnosisOf = (over: Partial<Diagnosis> = {}): Diagnosis => ({
  at: T0,
  issue: { kind: 'crash_loop', severity: 4, unit: 'restarts', message: 'payment-api: 2 pods keep crashing' },
  causes: [
    {
      entity: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
      what: 'rollout',
      probability: 0.95,
      reasons: ['revision 2 came 1 min before'],
    },
  ],
  somethingElse: 0.05,
  named: true,
  findings: [],
  measured: true,
  ...over,
});

export const askOf = (over: Partial<Extract<Decision, { kind: 'ask' }>> = {}): Decision => ({
  kind: 'ask',
  recommendation: recommendationOf(),
  options: [],
  timeoutMs: 300_000,
  atTimeout: 'execute',
  critical: true,
  reason: 'this service is critical',
  ...over,
});

export const executionOf = (over: Partial<Execution> = {}): Execution => ({
  id: 'inc-1-1',
  recommendation: recommendationOf(),
  authority: { by: 'auto' },
  startedAt: T0,
  fence: 1,
  pauseEpoch: 0,
  undo: null,
  finishedAt: null,
  result: null,
  message: '',
  verification: null,
  undone: null,
  ...over,
});

export const incidentOf = (over: Partial<Incident> = {}): Incident => ({
  ...newIncident('INC-1', { cluster: 'test', namespace: 'shop', service: 'payment-api' }, T0, null),
  ...over,
});

/** A question that was posted by itself; `planDigest` and `at` are the test's. */
export const RANG = {
  type: 'rang',
  kind: 'question',
  about: 'ask',
  channel: 'C',
  ts: '1',
  link: null,
  digest: 'd',
} as const;
