import type { Logger } from 'pino';
import { workingHours } from '../domain/proof/working-hours.ts';
import { windowOver, windowWords } from '../domain/windows.ts';
import { createSharedLook } from '../evidence/shared-look.ts';
import type { Action, Correlator, Detector, IssueKind, StateCorrelator } from '../extension-points.ts';
import type { MuteBook } from '../pipeline/mute-book.ts';
import type { IncidentStore } from '../ports/store.ts';
import { createTurns } from '../timing/turns.ts';
import type { Approvers } from './approvers.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { loadModules } from './load-modules.ts';
import { here } from './own-path.ts';
import { type LivePlaybooks, livePlaybooks } from './playbooks.ts';
import { nightOf, policyFor, windowsOf, workingHoursOf } from './policy.ts';
import type { Learning } from './training.ts';
import { webhookOutOf } from './webhook-out.ts';
import type { World } from './world.ts';

const DIAGNOSES_AT_ONCE = 4;

export async function createDeps(
  config: Config,
  world: World & Pick<Deps, 'queries' | 'demand' | 'demandSettings' | 'kedaAddresses'>,
  store: IncidentStore,
  jobs: Deps['jobs'],
  { models, baselines, training, charts }: Learning,
  mutes: MuteBook,
  approvers: Approvers,
  log: Logger,
): Promise<Deps & { rereadPlaybooks: LivePlaybooks['reread'] }> {
  const { settings } = config;
  const [actions, detectors, correlators, stateCorrelators, kinds] = await Promise.all([
    loadModules<Action>(here('../actions')),
    loadModules<Detector>(here('../detectors')),
    loadModules<Correlator>(here('../correlators')),
    loadModules<StateCorrelator>(here('../correlators/state')),
    loadModules<IssueKind>(here('../kinds')),
  ]);
  const own = config.env.NIGHTSHIFT_PLAYBOOKS;
  const live = await livePlaybooks([here('../../playbooks'), ...(own ? [own] : [])], actions, log);
  const { limits } = settings;
  const diagnoses = createTurns(DIAGNOSES_AT_ONCE);
  const windows = windowsOf(settings);
  return {
    store,
    jobs,
    cluster: world.cluster,
    metrics: world.metrics,
    ...(world.logs ? { logs: world.logs } : {}),
    ...webhookOutOf(config.env),
    ...(world.git ? { git: world.git } : {}),
    ...(world.alertManager ? { alertManager: world.alertManager } : {}),
    queries: world.queries,
    baselines,
    models,
    training,
    charts,
    demand: world.demand,
    demandSettings: world.demandSettings,
    kedaAddresses: world.kedaAddresses,
    cachedReads: createSharedLook(world.metrics, world.cluster, () => performance.now()),
    diagnosisTurn: diagnoses,
    diagnosesWaiting: diagnoses.waiting,
    openingTurn: createTurns(1),
    chat: world.chat,
    pager: world.pager,
    clock: world.clock,
    actions: new Map(actions.map((action) => [action.name, action])),
    detectors,
    correlators,
    stateCorrelators,
    kinds,
    policy: (namespace, service, action) => {
      const muted = mutes.of(namespace, service);
      const held = windowOver(windows, namespace, service, world.clock.now());
      return {
        ...approvers.in(policyFor(settings, namespace, service, action)),
        ...(muted ? { muted } : {}),
        ...(held ? { window: windowWords(held) } : {}),
      };
    },
    mutes,
    playbooks: live.playbooks,
    rereadPlaybooks: live.reread,
    notes: () => [...live.faults(), ...approvers.notes()],
    examine: recently(async () => (await import('../checks/doctor.ts')).examine(config, actions), EXAMINED_MS),
    limits: {
      maxReplicas: limits.max_replicas,
      maxMemoryBytes: limits.max_memory,
      maxPodsAffectedRatio: limits.max_pods_affected_ratio,
      drainTimeoutMs: limits.drain_timeout,
      servicesAtOnce: limits.services_at_once,
      stormIncidents: limits.storm_incidents,
      stepsPerIncident: limits.steps_per_incident,
      unansweredMs: limits.unanswered,
    },
    protectedNamespaces: settings.protected_namespaces,
    mode: config.observeBecause.length > 0 || settings.mode === 'observe' ? 'observe' : 'act',
    inWorkingHours: workingHours(workingHoursOf(settings)),
    anyApprover: approvers.isAny,
    night: nightOf(settings),
    recentlyOpen: recently((limit: number) => store.listOpen(limit)),
    openLines: recently(() => store.openLines()),
    log,
  };
}

const RECENT_MS = 1_000;
/** Some hundred calls: whoever asks again meanwhile gets the same answer. */
const EXAMINED_MS = 30_000;

/** As it was at most a second ago, whoever asks for so much of it: joining an alert to another service's incident is a judgement, and needn't read all that is open for each alert. */
function recently<A extends (string | number)[], T>(
  read: (...args: A) => Promise<T>,
  forMs = RECENT_MS,
): (...args: A) => Promise<T> {
  // Callers ask for a few fixed numbers of them, so it stays small.
  const known = new Map<string, { at: number; answer: Promise<T> }>();
  return (...args) => {
    const key = args.join(' ');
    const last = known.get(key);
    if (last && Date.now() - last.at <= forMs) return last.answer;
    const answer = read(...args);
    known.set(key, { at: Date.now(), answer });
    answer.catch(() => known.delete(key));
    return answer;
  };
}
