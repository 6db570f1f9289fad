import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createEffectQueue } from '../adapters/bullmq/jobs.ts';
import { startSweep } from '../adapters/bullmq/sweep.ts';
import { startWorker } from '../adapters/bullmq/worker.ts';
import { alertmanagerRoute } from '../adapters/http/alertmanager-route.ts';
import { apiRoutes } from '../adapters/http/api-routes.ts';
import { healthRoutes } from '../adapters/http/health-routes.ts';
import { pagerDutyRoute } from '../adapters/http/pagerduty-route.ts';
import { dispatch, type Handler, pathOf } from '../adapters/http/routes.ts';
import { createServiceQueries } from '../adapters/prometheus/service-queries.ts';
import { connectRedis } from '../adapters/redis/connect-redis.ts';
import { createHeardOnce } from '../adapters/redis/heard-once.ts';
import { createHeartbeats } from '../adapters/redis/heartbeats.ts';
import { createIncidentStore, keyPrefix } from '../adapters/redis/incident-store.ts';
import { createKeptHistory } from '../adapters/redis/kept-history.ts';
import { createListedStore } from '../adapters/redis/listed.ts';
import { memoryUse, nearlyFullWords } from '../adapters/redis/memory-use.ts';
import { createModelStore } from '../adapters/redis/model-store.ts';
import { createMutes } from '../adapters/redis/mutes.ts';
import { createReplicas } from '../adapters/redis/replicas.ts';
import { createSharedLog } from '../adapters/redis/shared-log.ts';
import { createSlackApp, SLACK_PATH } from '../adapters/slack/receiver.ts';
import type { Clock } from '../domain/clock.ts';
import { LONGEST_MUTE_MS } from '../domain/mute.ts';
import { workingHours } from '../domain/proof/working-hours.ts';
import { windowOver, windowWords } from '../domain/windows.ts';
import { createPodAddresses } from '../evidence/pod-addresses.ts';
import { createSharedLook } from '../evidence/shared-look.ts';
import { createTopology } from '../evidence/topology.ts';
import type { People } from '../extension-points/people.ts';
import type { Action, Command, Correlator, Detector, IssueKind, StateCorrelator } from '../extension-points.ts';
import { createMuteBook, type MuteBook } from '../pipeline/mute-book.ts';
import { createPauseWatch } from '../pipeline/pause-watch.ts';
import { createPeople } from '../pipeline/people.ts';
import { runEffect } from '../pipeline/run-effect.ts';
import { LIST_EVERY_MS, showList } from '../pipeline/show-list.ts';
import { stagesByKind } from '../pipeline/stages.ts';
import type { AlertManager } from '../ports/alert-manager.ts';
import type { Chat } from '../ports/chat.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Directory, OnCall } from '../ports/directory.ts';
import type { Logs } from '../ports/logs.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Monitors } from '../ports/monitors.ts';
import type { Pager } from '../ports/pager.ts';
import type { IncidentStore } from '../ports/store.ts';
import { KEPT_METRICS } from '../telemetry/keep.ts';
import { createTurns } from '../timing/turns.ts';
import { hearHeartbeat, watchHeartbeat } from '../watch/heartbeat.ts';
import { tellWeek } from '../watch/weekly.ts';
import { alertIntake } from './alert-intake.ts';
import { type Approvers, startApprovers } from './approvers.ts';
import { catchUp } from './catch-up.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { type KedaSettings, startForecasting } from './forecasting.ts';
import { createIntakeGate, INTAKE_LIMITS } from './intake-gate.ts';
import { loadModules } from './load-modules.ts';
import { countScaler, countTelemetry, createMeters, measureClock, measureMemory } from './meters.ts';
import { type OtlpSettings, startListening } from './otlp-receiver.ts';
import { countedPorts, countOutcomes, measureModels, measureWaiting } from './outcome-meters.ts';
import { pagerDutyIntake } from './pagerduty-intake.ts';
import { partsOf } from './parts.ts';
import { type LivePlaybooks, livePlaybooks } from './playbooks.ts';
import { ownCluster, policyFor, queryOptions, windowsOf, workingHoursOf } from './policy.ts';
import { startRetention } from './retention.ts';
import { lookEvery, startScanning } from './scanner.ts';
import { followStoreClock } from './store-clock.ts';
import { type Learning, startLearning } from './training.ts';

/** What the outside is, real or the sandbox's. */
export type World = {
  redisUrl: string;
  clock: Clock;
  cluster: Cluster;
  /** Absent: monitors are left as they are. */
  monitors?: Monitors;
  metrics: Metrics;
  /** Absent: logs come from the pods only. */
  logs?: Logs;
  /** Absent: groups can't be read, nor who is a guest. */
  directory?: Directory;
  /** Absent: no schedule can be read. */
  onCall?: OnCall;
  /** Absent: Alertmanager only tells, and can't be asked. */
  alertManager?: AlertManager;
  chat: Chat;
  pager: Pager;
  slack: {
    token: string;
    signingSecret?: string | undefined;
    appToken?: string | undefined;
    apiUrl?: string | undefined;
  } | null;
  alertmanagerToken: string | null;
  apiToken: string | null;
  /** Absent: no OTLP is received. */
  otlp?: OtlpSettings;
  /** Absent: KEDA is not served. */
  keda?: KedaSettings;
  /** Answered before all else: the sandbox's page. */
  firstHandlers: Handler[];
};

export type App = {
  url: string;
  port: number;
  people: People;
  /** Null when no OTLP is received. */
  otlp: { grpcPort: number; httpPort: number } | null;
  /** Null when KEDA is not served. */
  keda: { port: number } | null;
  stop(): Promise<void>;
};

const CONCURRENCY = 64;
const DIAGNOSES_AT_ONCE = 4;
const HEARTBEAT_LOOK_MS = 30_000;
const MUTES_LOOK_MS = 5_000;
const PAUSE_LOOK_MS = 30_000;
const PLAYBOOKS_EVERY_MS = 5_000;
const CATCH_UP_MS = 5 * 60_000;
const WEEKLY_LOOK_MS = 5 * 60_000;
const MAX_INCIDENTS_SINCE = 2_000;
const DRAIN_MS = 5_000;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Wires the modules to the world and starts: store, queue, workers, sweep, scan, HTTP. Stopping drains: what is half-way ends or is left to the next start. */
export async function startApp(config: Config, given: World, log: Logger): Promise<App> {
  const onError = (error: unknown) => log.error({ err: error }, 'an adapter reported an error');
  const prefix = keyPrefix(config.settings.cluster);
  const [redis, cache] = await Promise.all([
    connectRedis({ url: given.redisUrl, name: 'nightshift-store', batched: true, onError }),
    // Of its own even on the same Redis: a model is large, and mustn't hold up an incident.
    connectRedis({ url: config.env.REDIS_CACHE_URL ?? given.redisUrl, name: 'nightshift-models', onError }),
  ]);
  const kept = createIncidentStore({
    redis,
    cluster: config.settings.cluster,
    clock: given.clock,
    onUnreadable: (message) => log.warn({ message }, 'a record can not be read'),
  });
  const time = await followStoreClock(kept, given.clock, log);
  const { clock } = time;
  const queue = await createEffectQueue({ url: given.redisUrl, prefix, clock, onError });
  const meters = createMeters(queue);
  const world = { ...given, clock, ...countedPorts(meters.registry, given) };
  const store = countOutcomes(meters.registry, kept);
  measureWaiting(meters.registry, store, clock);
  measureClock(meters.registry, time);
  measureMemory(meters.registry, async () => (await memoryUse(redis)).ratio);
  const replicas = createReplicas({ redis, key: `${prefix}:replicas` });
  const { cluster } = config.settings;
  const addresses = createPodAddresses();
  const listening = await startListening(config.env, world.otlp, {
    podByIp: addresses.find,
    shared: createSharedLog({ redis: cache, cluster }),
    history: createKeptHistory({ redis: cache, cluster, width: KEPT_METRICS.length }),
    replica: replicas.id,
    clock,
    log,
  });
  if (listening.receiver) countTelemetry(meters.registry, listening.telemetry, listening.receiver.counts);
  const source = listening.source({
    metrics: world.metrics,
    queries: createServiceQueries(queryOptions(config.settings)),
  });
  const past = {
    ...source,
    clock,
    incidentsSince: (since: number) => store.list({ since, limit: MAX_INCIDENTS_SINCE }),
  };
  const learning = startLearning({
    store: createModelStore({ redis: cache, cluster: config.settings.cluster }),
    world: past,
    log,
  });
  measureModels(meters.registry, clock, () => learning.models.all().map(({ trainedAt }) => trainedAt));
  const forecasting = await startForecasting(config, world.keda, { ...past, cluster: world.cluster }, log);
  if (forecasting.scaler) countScaler(meters.registry, forecasting.scaler);
  const topology = createTopology();
  const heardOnce = createHeardOnce({ redis, prefix });
  const mutes = createMuteBook({
    mutes: createMutes({ redis, key: `${prefix}:mutes` }),
    chat: world.chat,
    clock,
    first: (about) => heardOnce.first(about, LONGEST_MUTE_MS),
  });
  const approvers = await startApprovers(config.settings, world, log);
  const deps = {
    ...(await createDeps(
      config,
      { ...world, ...source, ...forecasting.forDeps },
      store,
      queue,
      learning,
      mutes,
      approvers,
      log,
    )),
    telemetry: listening.telemetry,
    topology,
    once: heardOnce,
    listed: createListedStore({ redis, key: `${prefix}:list` }),
  };
  const worker = startWorker({
    url: world.redisUrl,
    prefix,
    clock,
    concurrency: CONCURRENCY,
    handle: (due) => meters.effect(due.kind, () => runEffect(deps, stagesByKind, due)),
    onError,
  });
  const stopRetention = startRetention({
    ...{ store, clock, log, keepMs: config.settings.limits.keep_closed },
    shortOfRoom: async () => nearlyFullWords(await memoryUse(redis)),
  });
  const stopSweep = startSweep({ store, queue, clock, onError });
  const people = createPeople(deps);
  const commands = await loadModules<Command>(here('../../commands'));
  const slack =
    world.slack &&
    createSlackApp({ ...world.slack, slackApiUrl: world.slack.apiUrl, people, commands, heardOnce, clock, log });
  let started = false;
  const objectiveOf = (namespace: string, service: string) => policyFor(config.settings, namespace, service).objective;
  const heartbeat = {
    deps,
    heartbeats: createHeartbeats({ redis, key: `${prefix}:heartbeat` }),
    withinMs: config.settings.alerts.heartbeat_within ?? null,
  };
  const intake = alertIntake(
    deps,
    {
      topology,
      meters,
      own: ownCluster(config.settings),
      hear: (alerts) => hearHeartbeat(heartbeat, alerts),
    },
    world.alertmanagerToken,
  );
  const handlers: Handler[] = [
    ...world.firstHandlers,
    healthRoutes({
      parts: partsOf({ ...world, ...source }, store, clock, () => memoryUse(redis)),
      registry: meters.registry,
      started: () => started,
      metricsToken: config.env.NIGHTSHIFT_METRICS_TOKEN,
    }),
    alertmanagerRoute({
      ...intake,
      ...createIntakeGate(INTAKE_LIMITS, async () => (await queue.counts()).waiting),
    }),
    pagerDutyRoute(pagerDutyIntake(deps, config.env.PAGERDUTY_WEBHOOK_SECRET ?? null, heardOnce)),
    apiRoutes({ token: world.apiToken, closed: !config.sandbox, store, now: clock.now, objectiveOf }),
    (req, res) => {
      if (!slack || pathOf(req).pathname !== SLACK_PATH) return false;
      slack.handler(req, res);
      return true;
    },
  ];
  const server = createServer(dispatch(handlers, onError));
  const port = await listen(server, config.env.PORT, config.env.HOST);
  await slack?.start();
  const stopScanning = startScanning(
    deps,
    { topology, addresses },
    replicas,
    config.settings.scan,
    world.monitors ?? null,
    log,
  );
  const stopReadingApprovers = lookEvery(
    deps,
    approvers.everyMs / Math.max(1e-3, clock.realDelay(1)),
    approvers.look,
    log,
  );
  const stopMutes = lookEvery(deps, MUTES_LOOK_MS, () => mutes.look(), log);
  const watchPause = createPauseWatch({ ...deps, cluster, once: heardOnce, approvers: config.settings.approvers });
  const stopWatchingPause = lookEvery(deps, PAUSE_LOOK_MS, watchPause, log);
  const stopListening = lookEvery(deps, HEARTBEAT_LOOK_MS, () => watchHeartbeat(heartbeat), log);
  const stopRereading = lookEvery(deps, PLAYBOOKS_EVERY_MS, deps.rereadPlaybooks, log);
  const stopListing = lookEvery(deps, LIST_EVERY_MS / Math.max(1e-3, clock.realDelay(1)), () => showList(deps), log);
  const { alertManager } = world;
  const stopCatchingUp = alertManager
    ? lookEvery(deps, CATCH_UP_MS, () => catchUp(alertManager, intake, log), log)
    : () => undefined;
  const hours = workingHoursOf(config.settings);
  const stopWeekly = lookEvery(deps, WEEKLY_LOOK_MS, () => tellWeek({ deps, heardOnce, hours }), log);
  started = true;
  return {
    url: `http://${config.env.HOST}:${port}`,
    port,
    people,
    otlp: listening.receiver,
    keda: forecasting.scaler,
    async stop() {
      started = false;
      await listening.stop();
      await forecasting.stop();
      stopScanning();
      void stopListening();
      void stopMutes();
      void stopReadingApprovers();
      void stopWatchingPause();
      void stopRereading();
      void stopListing();
      void stopCatchingUp();
      void stopWeekly();
      await learning.stop();
      await stopSweep();
      await slack?.stop();
      await closeServer(server);
      if (!(await worker.stop(DRAIN_MS))) log.warn({}, 'some work was left half-way; the next start goes on with it');
      void stopRetention();
      time.stop();
      await queue.close();
      redis.disconnect();
      cache.disconnect();
    },
  };
}

async function createDeps(
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
    recentlyOpen: recently((limit: number) => store.listOpen(limit)),
    openLines: recently(() => store.openLines()),
    log,
  };
}

const RECENT_MS = 1_000;
/** Some hundred calls: whoever asks again meanwhile gets the same answer. */
const EXAMINED_MS = 30_000;

/** As it was at most a second ago: joining an alert to another service's incident is a judgement, and needn't read all that is open for each alert. */
function recently<A extends unknown[], T>(
  read: (...args: A) => Promise<T>,
  forMs = RECENT_MS,
): (...args: A) => Promise<T> {
  let at = 0;
  let answer: Promise<T> | null = null;
  return (...args) => {
    if (!answer || Date.now() - at > forMs) {
      at = Date.now();
      answer = read(...args);
      answer.catch(() => {
        answer = null;
      });
    }
    return answer;
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}
