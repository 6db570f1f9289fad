import { pino } from 'pino';
import drainAndCordon from '../../src/actions/drain-and-cordon.ts';
import giveBack from '../../src/actions/give-back.ts';
import restartDeployment from '../../src/actions/restart-deployment.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { attemptKey } from '../../src/domain/recommend.ts';
import type { Decision } from '../../src/domain/types/decision.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { Recommendation } from '../../src/domain/types/recommendation.ts';
import { readHealth } from '../../src/evidence/health.ts';
import { planStep } from '../../src/pipeline/plan-step.ts';
import { NOTHING, type Stage } from '../../src/pipeline/stage.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { diagnosisOf, recommendationOf } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import { type Asker, LAW_QUERIES, type LawShop, TROUBLES } from './law-shop.ts';
import type { Mouths } from './mouths.ts';
import type { Gate } from './stepped-tasks.ts';

/** What is configured, and read anew when a replica starts. */
export type LawConfig = { mode: Deps['mode']; isProtected: boolean };
type Saving = Parameters<IncidentStore['save']>[0];

export type Watch = {
  counts: { lost_leases: number };
  /** What was saved, and by which task. */
  onSave(saving: Saving, asker: Asker): void;
  onLearned(incidentId: string, worked: boolean, asker: Asker): Promise<void>;
};

export type Outside = {
  shop: Pick<LawShop, 'clusterFor' | 'metricsFor'>;
  mouths: Mouths;
  /** The replica's own, and by which line the store reads it off its own. */
  clock: Deps['clock'];
  approvers: string[];
  config: LawConfig;
  watch?: Watch;
};

/** Services that need no approval. */
const AUTOMATIC = ['c-api'];
const VERIFY = { withinMs: 120_000, steadyMs: 15_000 };
const TIMEOUT_MS = 60_000;
const log = pino({ level: 'silent' });
const ACTIONS = new Map(
  [rollbackDeployment, scaleHorizontal, restartDeployment, drainAndCordon, giveBack].map((action) => [
    action.name,
    action,
  ]),
);
const PLAYBOOKS = new Map(
  Object.values(TROUBLES).map(({ issue }) => [issue, { issue, title: '', steps: [], verify: VERIFY }]),
);

/** The real pipeline of one task on a store whose every call waits at the task's gate first. */
export function depsOf(store: IncidentStore, outside: Outside, asker: Asker): Deps {
  const { shop, mouths } = outside;
  const open = gatedStore(store, asker.gate);
  const gated = outside.watch ? watchedStore(open, outside.watch, asker) : open;
  const parts: Partial<Deps> = {
    store: gated,
    jobs: { wake: async () => {} },
    cluster: shop.clusterFor(asker),
    metrics: shop.metricsFor(asker),
    chat: mouths.chat,
    pager: mouths.pager,
    clock: outside.clock,
    actions: ACTIONS,
    kinds: KINDS,
    playbooks: PLAYBOOKS,
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
      drainTimeoutMs: 10 * 60_000,
      servicesAtOnce: 1,
      stormIncidents: 100,
      stepsPerIncident: 6,
      unansweredMs: 15 * 60_000,
    },
    protectedNamespaces: outside.config.isProtected ? ['shop'] : [],
    mode: outside.config.mode,
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
    queries: LAW_QUERIES,
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

/** The same store, that notes the task's own lease, and tells what it saves and what is learned from it. */
function watchedStore(store: IncidentStore, watch: Watch, asker: Asker): IncidentStore {
  return {
    ...store,
    async claim(...args) {
      const claimed = await store.claim(...args);
      asker.token = claimed?.token ?? null;
      return claimed;
    },
    async save(saving) {
      const saved = await store.save(saving);
      if (saved.kind === 'saved') watch.onSave(saving, asker);
      return saved;
    },
    async mayAct(...args) {
      const may = await store.mayAct(...args);
      if (may.kind === 'refused' && may.refusal.code === 'lease_lost') watch.counts.lost_leases += 1;
      return may;
    },
    async recordResult(key, executionId, worked) {
      await watch.onLearned(asker.incidentId, worked, asker);
      return store.recordResult(key, executionId, worked);
    },
  };
}

/** The real stages, but for the diagnosis, which knows what is wrong with the shop; how everybody is it has to read. */
export function stagesOf(shop: LawShop, decided: Set<string>): Map<string, Stage> {
  const diagnose: Stage = {
    kind: 'diagnose',
    does: 'know what is wrong',
    giveUp: null,
    async run(deps, incident, claimed) {
      if (incident.state.name !== 'noticed') return NOTHING;
      // What cured an incident is asked about as ever.
      if (incident.byHand) return stagesByKind.get('diagnose')!.run(deps, incident, claimed);
      const diagnosis = await diagnosisFor(deps, shop, incident);
      const decision = await decisionFor(deps, { ...incident, diagnosis });
      if (decision.kind === 'auto') decided.add(`${incident.id} ${decision.recommendation.plan.digest}`);
      return { events: [{ type: 'diagnosed', at: deps.clock.now(), diagnosis, decision, skippedSteps: [] }] };
    },
  };
  return new Map([...stagesByKind, ['diagnose', diagnose]]);
}

async function diagnosisFor(deps: Deps, shop: LawShop, incident: Incident): Promise<Diagnosis> {
  const { namespace, service } = incident;
  const at = deps.clock.now();
  const { issue, what } = TROUBLES[service]!;
  const own = await readHealth(deps, { namespace, service });
  const kind = KINDS.find(({ name }) => name === issue)!;
  const present = kind.present({ health: own, findings: [] });
  return diagnosisOf({
    at,
    causes: [{ entity: shop.troubleAt(service), what, probability: 0.95, reasons: [] }],
    measured: present !== null,
    health: [own],
    issue: { kind: issue, severity: present?.severity ?? 0, unit: kind.unit, message: present?.message ?? '' },
  });
}

async function decisionFor(deps: Deps, incident: Incident): Promise<Decision> {
  const at = deps.clock.now();
  if (!incident.diagnosis?.measured) return { kind: 'hold', untilMs: at + 5 * 60_000, reason: 'nothing is measured' };
  const { action } = TROUBLES[incident.service]!;
  const step = { action, rung: 'remediate' as const, threshold: 0, confidence: 0, params: {} };
  const planned = await planStep(deps, incident, { step });
  if (!planned.ok) return { kind: 'escalate', options: [], reason: planned.refusal.message };
  const recommendation: Recommendation = recommendationOf({
    step,
    plan: planned.plan,
    issue: incident.diagnosis.issue.kind,
  });
  if (incident.attempted.includes(attemptKey(recommendation)))
    return { kind: 'escalate', options: [recommendation], reason: 'tried already' };
  if (deps.mode === 'observe') return { kind: 'escalate', options: [], reason: 'nothing is changed here' };
  if (AUTOMATIC.includes(incident.service)) return { kind: 'auto', recommendation, options: [], reason: '' };
  const asking = { timeoutMs: TIMEOUT_MS, atTimeout: 'execute' as const, critical: false, reason: '' };
  return { kind: 'ask', recommendation, options: [], ...asking };
}
