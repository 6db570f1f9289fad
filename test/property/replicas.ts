import { pino } from 'pino';
import type { Deps } from '../../src/app/deps.ts';
import { silentChat } from '../../src/app/missing-parts.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { attemptKey } from '../../src/domain/recommend.ts';
import type { Decision, Diagnosis, Recommendation } from '../../src/domain/types.ts';
import { actionContext } from '../../src/pipeline/action-context.ts';
import { NOTHING, type Stage } from '../../src/pipeline/stage.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { diagnosisOf, recommendationOf } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import type { createShop } from './made-up-shop.ts';
import type { Gate } from './stepped-tasks.ts';

type Shop = ReturnType<typeof createShop>;
export type Outside = { shop: Shop; now(): number; approvers: string[] };

/** Services that need no approval. */
const AUTOMATIC = ['c-api'];
const VERIFY = { withinMs: 30_000, steadyMs: 10_000 };
const TIMEOUT_MS = 60_000;
const log = pino({ level: 'silent' });

/** The real pipeline of one task on a store whose every call waits at the task's gate first; the world around it is made up and answers at once. */
export function depsOf(store: IncidentStore, outside: Outside, gate: Gate): Deps {
  const gated = gatedStore(store, gate);
  const parts: Partial<Deps> = {
    store: gated,
    jobs: { wake: async () => {} },
    cluster: outside.shop.cluster,
    metrics: {
      range: async () => ({ ok: true, value: [] }),
      instant: async () => ({ ok: true, value: [] }),
      ping: async () => {},
    },
    chat: {
      ...silentChat(log),
      digest: (incident) => JSON.stringify([incident.state.name, incident.alertCount]),
      deliver: async (incident) => ({ ok: true, channel: 'C', ts: incident.id }),
      callDigest: (_incident, call) => call.about,
      ring: async (incident, call) => ({ ok: true, channel: 'C', ts: `${incident.id} ${call.about}` }),
      settle: async (incident) => ({ ok: true, channel: 'C', ts: incident.id }),
      isThere: async () => ({ kind: 'there' }),
      threadLines: async (incident) => ({ ok: true, channel: 'C', ts: incident.id }),
    },
    pager: {
      configured: false,
      trigger: async () => ({ ok: true }),
      acknowledge: async () => ({ ok: true }),
      resolve: async () => ({ ok: true }),
    },
    clock: { now: outside.now, realDelay: (ms) => ms },
    actions: new Map([['fix', outside.shop.fix]]),
    kinds: KINDS,
    playbooks: new Map([['crash_loop', { issue: 'crash_loop', title: '', steps: [], verify: VERIFY }]]),
    policy: () => ({
      listed: true,
      critical: false,
      autonomy: 'auto',
      timeoutMs: TIMEOUT_MS,
      atTimeout: null,
      approvers: ['U_ONCALL', ...outside.approvers],
    }),
    limits: {
      maxReplicas: 10,
      maxMemoryBytes: 1,
      maxPodsAffectedRatio: 1,
      drainTimeoutMs: 1,
      servicesAtOnce: 1,
      stormIncidents: 100,
      stepsPerIncident: 6,
      unansweredMs: 15 * 60_000,
    },
    protectedNamespaces: [],
    mode: 'act',
    anyApprover: () => true,
    recentlyOpen: (limit) => gated.listOpen(limit),
    openLines: () => gated.openLines(),
    openingTurn: (run) => run(),
    log,
  };
  const baselines = { atHand: () => null } as unknown as Deps['baselines'];
  return {
    ...parts,
    baselines,
    queries: { quickOfService: () => '', unit: () => '', quickWindowMs: 0 } as unknown as Deps['queries'],
  } as Deps;
}

/**
 * Extending a lease goes on by itself while a task waits, as a timer does. What follows `mayAct` follows at once: the law asks for the check immediately before acting, and no check can reach further.
 */
function gatedStore(store: IncidentStore, gate: Gate): IncidentStore {
  const pass = ['extend'];
  const calls = Object.entries(store).map(([name, call]) => [
    name,
    pass.includes(name)
      ? call
      : async (...args: never[]) => {
          await gate(name);
          return (call as (...all: never[]) => Promise<unknown>)(...args);
        },
  ]);
  return Object.fromEntries(calls) as IncidentStore;
}

/** The real stages, but for the diagnosis, which knows what is wrong with the shop. */
export function stagesOf(shop: Shop): Map<string, Stage> {
  const diagnose: Stage = {
    kind: 'diagnose',
    does: 'know what is wrong',
    giveUp: null,
    async run(deps, incident) {
      if (incident.state.name !== 'noticed') return NOTHING;
      const at = deps.clock.now();
      const diagnosis = diagnosisFor(incident, at, shop.isBroken(incident.service));
      const decision = await decisionFor(deps, { ...incident, diagnosis }, at);
      return { events: [{ type: 'diagnosed', at, diagnosis, decision, skippedSteps: [] }] };
    },
  };
  return new Map([...stagesByKind, ['diagnose', diagnose]]);
}

function diagnosisFor(incident: Incident, at: number, broken: boolean): Diagnosis {
  const entity = { kind: 'Deployment' as const, namespace: incident.namespace, name: incident.service };
  const causes = [{ entity, what: 'rollout', probability: 0.95, reasons: [] }];
  return diagnosisOf({
    at,
    causes,
    measured: broken,
    issue: { kind: 'crash_loop', severity: 3, unit: '', message: '' },
  });
}

async function decisionFor(deps: Deps, incident: Incident, at: number): Promise<Decision> {
  if (!incident.diagnosis?.measured) return { kind: 'hold', untilMs: at + 60_000, reason: 'nothing is measured' };
  const step = { action: 'fix', rung: 'rollback' as const, threshold: 0, confidence: 0, params: {} };
  const planned = await deps.actions.get('fix')!.plan(actionContext(deps, incident, { step }));
  if (!planned.ok) return { kind: 'escalate', options: [], reason: planned.refusal.message };
  const recommendation: Recommendation = recommendationOf({ step, plan: planned.plan });
  if (incident.attempted.includes(attemptKey(recommendation)))
    return { kind: 'escalate', options: [recommendation], reason: 'tried already' };
  if (AUTOMATIC.includes(incident.service)) return { kind: 'auto', recommendation, options: [], reason: '' };
  const asking = { timeoutMs: TIMEOUT_MS, atTimeout: 'execute' as const, critical: false, reason: '' };
  return { kind: 'ask', recommendation, options: [], ...asking };
}
