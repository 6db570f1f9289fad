import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
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
import { createConfigCopies } from '../adapters/redis/config-copies.ts';
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
import { LONGEST_MUTE_MS } from '../domain/mute.ts';
import { createPodAddresses } from '../evidence/pod-addresses.ts';
import { createTopology } from '../evidence/topology.ts';
import type { Command } from '../extension-points.ts';
import { createMuteBook } from '../pipeline/mute-book.ts';
import { createPeople } from '../pipeline/people.ts';
import { runEffect } from '../pipeline/run-effect.ts';
import { stagesByKind } from '../pipeline/stages.ts';
import { KEPT_METRICS } from '../telemetry/keep.ts';
import { hearHeartbeat } from '../watch/heartbeat.ts';
import { alertIntake } from './alert-intake.ts';
import { startApprovers } from './approvers.ts';
import type { Config } from './config.ts';
import { createDeps } from './create-deps.ts';
import type { Deps } from './deps.ts';
import { errorLog } from './error-log.ts';
import { startForecasting } from './forecasting.ts';
import { partsOf } from './health-parts.ts';
import { closeServer, listen } from './http-server.ts';
import { createIntakeGate, INTAKE_LIMITS } from './intake-gate.ts';
import { loadModules } from './load-modules.ts';
import { createLogMining } from './log-mining.ts';
import { countScaler, countTelemetry, createMeters, measureClock, measureMemory } from './meters.ts';
import { tellMissingRights } from './missing-rights.ts';
import { startListening } from './otlp-receiver.ts';
import { countedPorts, countOutcomes, measureModels, measureWaiting } from './outcome-meters.ts';
import { here } from './own-path.ts';
import { pagerDutyIntake } from './pagerduty-intake.ts';
import { ownCluster, policyFor, queryOptions } from './policy.ts';
import { redisBeside } from './redis-address.ts';
import { lookRegularly } from './regular-looks.ts';
import { startRetention } from './retention.ts';
import { startScanning } from './scanner.ts';
import { followStoreClock } from './store-clock.ts';
import { startLearning } from './training.ts';
import { VERSION } from './version.ts';
import type { App, World } from './world.ts';

const CONCURRENCY = 64;

const MAX_INCIDENTS_SINCE = 2_000;
const DRAIN_MS = 5_000;

type Cache = Parameters<typeof createConfigCopies>[0]['redis'];

/** In the sandbox nothing is worth hiding, and everything is to be tried. */
function configCopiesOf({ env, sandbox, settings }: Config, redis: Cache): Pick<Deps, 'configCopies'> {
  const secret = env.NIGHTSHIFT_STATE_KEY ?? (sandbox ? 'the sandbox has no secrets' : undefined);
  return secret === undefined ? {} : { configCopies: createConfigCopies({ redis, cluster: settings.cluster, secret }) };
}

/** Wires the modules to the world and starts: store, queue, workers, sweep, scan, HTTP. Stopping drains: what is half-way ends or is left to the next start. */
export async function startApp(config: Config, given: World, log: Logger): Promise<App> {
  const onError = errorLog(log);
  const prefix = keyPrefix(config.settings.cluster);
  const { REDIS_CACHE_URL: cacheUrl } = config.env;
  const [redis, cache] = await Promise.all([
    connectRedis({ url: given.redisUrl, name: 'nightshift-store', batched: true, onError }),
    // Of its own even on the same Redis: a model is large, and mustn't hold up an incident.
    connectRedis({
      url: cacheUrl ? redisBeside(config.env, cacheUrl) : given.redisUrl,
      name: 'nightshift-models',
      onError,
    }),
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
  const replicas = createReplicas({ redis, key: `${prefix}:replicas`, id: `${randomUUID()}@${VERSION}` });
  const { cluster } = config.settings;
  const addresses = createPodAddresses();
  const mining = createLogMining();
  const listening = await startListening(config.env, world.otlp, {
    podByIp: addresses.find,
    shared: createSharedLog({ redis: cache, cluster }),
    history: createKeptHistory({ redis: cache, cluster, width: KEPT_METRICS.length }),
    replica: replicas.id,
    clock,
    mining,
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
    mineLogs: mining.mine,
    topology,
    once: heardOnce,
    listed: createListedStore({ redis, key: `${prefix}:list` }),
    ...configCopiesOf(config, cache),
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
      ...createIntakeGate(INTAKE_LIMITS, () => store.countDue(clock.now(), INTAKE_LIMITS.backlog + 1)),
    }),
    pagerDutyRoute(
      pagerDutyIntake(
        deps,
        config.env.PAGERDUTY_WEBHOOK_SECRET ?? null,
        heardOnce,
        world.pagerDuty
          ? {
              api: world.pagerDuty,
              people,
              pagerDutyUsers: config.settings.pagerduty_users,
              directory: world.directory,
            }
          : null,
      ),
    ),
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
  const stopLooking = lookRegularly(
    {
      deps,
      config,
      heartbeat,
      heardOnce,
      mutes,
      approvers,
      reread: deps.rereadPlaybooks,
      intake,
      alertManager: world.alertManager,
    },
    log,
  );
  started = true;
  if (!config.sandbox)
    tellMissingRights({ ...deps, config, actions: [...deps.actions.values()], once: heardOnce, log }).catch(onError);
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
      stopLooking();
      await learning.stop();
      await stopSweep();
      await slack?.stop();
      await closeServer(server);
      if (!(await worker.stop(DRAIN_MS))) log.warn({}, 'some work was left half-way; the next start goes on with it');
      void stopRetention();
      await mining.stop();
      time.stop();
      await queue.close();
      redis.disconnect();
      cache.disconnect();
    },
  };
}
