import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { ActiveAlert } from '../../../sandbox/alerting/evaluate.ts';
import { SANDBOX_RULES } from '../../../sandbox/alerting/rules.ts';
import { webhookPayload } from '../../../sandbox/alerting/webhook.ts';
import { queryInstant } from '../../../sandbox/prometheus/query.ts';
import type { SeriesStore } from '../../../sandbox/prometheus/store.ts';
import { NAMESPACE, SERVICES } from '../../../sandbox/shop/services.ts';
import { sendTelemetry } from '../../../sandbox/telemetry/send.ts';
import { namedBy } from '../../../src/adapters/alertmanager/named-by.ts';
import { parseWebhook } from '../../../src/adapters/alertmanager/webhook.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { startOtlpReceiver } from '../../../src/adapters/otlp/receiver.ts';
import { loadPlaybooks } from '../../../src/adapters/playbooks/load-playbooks.ts';
import { createServiceQueries } from '../../../src/adapters/prometheus/service-queries.ts';
import { sandboxSettings } from '../../../src/app/config.ts';
import type { Deps } from '../../../src/app/deps.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import { policyFor } from '../../../src/app/policy.ts';
import type { EffectKind } from '../../../src/domain/effect.ts';
import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';
import { playbookKey } from '../../../src/domain/playbook.ts';
import { isAboutCure } from '../../../src/domain/proposal.ts';
import { resolveSubject } from '../../../src/evidence/resolve-subject.ts';
import { createTopology } from '../../../src/evidence/topology.ts';
import type { Action, Correlator, Detector, IssueKind, StateCorrelator } from '../../../src/extension-points.ts';
import type { Models } from '../../../src/learning/baselines.ts';
import { receiveAlerts } from '../../../src/pipeline/receive-alerts.ts';
import { record } from '../../../src/pipeline/record.ts';
import { stagesByKind } from '../../../src/pipeline/stages.ts';
import type { ConfigCopies, ConfigCopy } from '../../../src/ports/config-copies.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts';
import { createTurns } from '../../../src/timing/turns.ts';
import { keepConfigs } from '../../../src/watch/keep-configs.ts';
import { scan, scanClosely } from '../../../src/watch/scan.ts';
import { type ScanMemory, suspects } from '../../../src/watch/scan-memory.ts';
import { MINUTE, type VirtualSandbox } from '../../sandbox/virtual-sandbox.ts';
import { metricsOn } from '../scan/scan-world.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';

/**
 * The app on the sandbox's virtual clock: its own stages, actions, correlators and scan, the cluster over HTTP and telemetry over OTLP as ever; metrics straight from
 * the sandbox's series, incidents in memory, a chat that takes everything.
 */
export type VirtualApp = {
  sandbox: VirtualSandbox;
  incidents(): Incident[];
  timelineOf(id: string): TimelineEntry[];
  /** CPU time that the diagnoses took, ms, by incident; the machine may have other work. */
  diagnosisMs: Map<string, number[]>;
  /** Lets so much sandbox time pass; alerts come in, the scan looks, and what is due is done. */
  advance(ms: number): Promise<void>;
  /** What it asks, or, of one that is with people, the first step that they are offered. */
  approve(incident: Incident): Promise<void>;
  stop(): Promise<void>;
};

export type VirtualAppOptions = {
  sandbox: VirtualSandbox;
  models: Models;
  /** Effects that are not carried out: a run that only wants to see decisions leaves out `act`. */
  without: EffectKind[];
};

const TURN_MS = 5_000;
const CLOSE_LOOK_MS = 15_000;
const here = (path: string) => new URL(path, import.meta.url).pathname;
const TOKEN = 'soak';

export async function startVirtualApp({ sandbox, models, without }: VirtualAppOptions): Promise<VirtualApp> {
  const server = createServer((req, res) => {
    if (!sandbox.cluster.handle(req, res)) res.writeHead(404).end();
  });
  const kubeUrl = await listen(server);
  const telemetry = createTelemetry({ now: sandbox.now, trusted: true });
  const receiver = await startOtlpReceiver({
    ...{ host: '127.0.0.1', grpcPort: 0, httpPort: 0, token: TOKEN, tls: null, sink: telemetry },
  });
  const stopTelemetry = sendTelemetry({
    ...{ shop: sandbox.shop, cluster: sandbox.cluster, clock: sandbox.clock, seed: 42 },
    to: () => ({ url: `http://127.0.0.1:${receiver.httpPort}`, token: TOKEN }),
  });
  const memory = createMemoryStore(() => sandbox.now());
  const topology = createTopology();
  const deps = { ...(await depsOn(sandbox, kubeUrl, models, memory)), telemetry, topology };
  await topology.refresh(deps, [NAMESPACE]);
  const scanning: ScanMemory = new Map();
  const diagnosisMs = new Map<string, number[]>();
  const told = new Map<string, ActiveAlert>();

  const work = async (): Promise<void> => {
    for (let due = memory.take(sandbox.now()); due; due = memory.take(sandbox.now())) {
      const stage = stagesByKind.get(due.kind);
      const incident = await deps.store.load(due.incidentId);
      if (!stage || !incident || without.includes(due.kind)) continue;
      const before = process.cpuUsage();
      const { events, againAt } = await stage.run(deps, incident, { ...due, token: due.id });
      if (due.kind === 'diagnose' && events.length > 0)
        diagnosisMs.set(incident.id, [...(diagnosisMs.get(incident.id) ?? []), cpuMsSince(before)]);
      for (const event of events) await record(deps, incident.id, event);
      if (againAt !== undefined) memory.putBack(due, Math.max(againAt, sandbox.now() + 1));
    }
  };
  const look = async (): Promise<void> => {
    if (sandbox.now() % MINUTE < TURN_MS) {
      await keepConfigs(deps);
      await topology.refresh(deps, [NAMESPACE]);
      await scan(deps, { namespaces: [NAMESPACE], calls: topology.calls(), isOurs: () => true }, scanning);
    } else if (sandbox.now() % CLOSE_LOOK_MS < TURN_MS) {
      const watched = memory.all().filter((one) => one.state.name !== 'closed' && one.alerts.length === 0);
      const names = new Set([
        ...watched.map((one) => one.service),
        ...suspects(scanning).map((key) => key.split('/')[2] ?? ''),
      ]);
      const about = [...names].map((name) => ({ kind: 'Deployment' as const, namespace: NAMESPACE, name }));
      if (about.length > 0) await scanClosely(deps, about, scanning, topology.calls());
    }
  };
  return {
    sandbox,
    // A question whether what cured it stays is no trouble.
    incidents: () => memory.all().filter((one) => !isAboutCure(one)),
    timelineOf: memory.timelineOf,
    diagnosisMs,
    async advance(ms) {
      for (const end = sandbox.now() + ms; sandbox.now() < end; ) {
        const { traces, logs } = receiver.counts.taken;
        sandbox.advance(TURN_MS);
        if (sandbox.now() % CLOSE_LOOK_MS < TURN_MS)
          await arrives(() => receiver.counts.taken.traces > traces && receiver.counts.taken.logs > logs);
        await hearAlerts(deps, sandbox, told, topology.calls());
        await look();
        await work();
      }
    },
    async approve(incident) {
      const planDigest =
        incident.state.name === 'awaiting_approval'
          ? incident.state.planDigest
          : incident.state.name === 'escalated'
            ? incident.options[0]?.plan.digest
            : undefined;
      if (planDigest === undefined) return;
      await record(deps, incident.id, { type: 'approved', at: sandbox.now(), user: 'U_ONCALL', planDigest });
      await work();
    },
    async stop() {
      stopTelemetry();
      await receiver.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As the webhook does it: what began to fire, and what ended since. */
async function hearAlerts(
  deps: Deps,
  sandbox: VirtualSandbox,
  told: Map<string, ActiveAlert>,
  calls: ReturnType<ReturnType<typeof createTopology>['calls']>,
): Promise<void> {
  const firing = new Map(sandbox.alerts().map((alert) => [alert.fingerprint, alert]));
  const ended = [...told.values()].filter((alert) => !firing.has(alert.fingerprint));
  const began = [...firing.values()].filter((alert) => !told.has(alert.fingerprint));
  if (began.length + ended.length === 0) return;
  told.clear();
  for (const [key, alert] of firing) told.set(key, alert);
  for (const alert of [...ended, ...began]) {
    const parsed = parseWebhook(webhookPayload([alert], 'http://127.0.0.1'), sandbox.now());
    if (!parsed.ok) throw new Error(parsed.message);
    const received = await Promise.all(
      parsed.alerts.map(async (one) => ({
        alert: one,
        subject: await resolveSubject(deps.cluster, one, namedBy(one)),
      })),
    );
    await receiveAlerts(deps, received, calls);
  }
}

function copiesInMemory(): ConfigCopies {
  const kept = new Map<string, ConfigCopy[]>();
  const of = async (namespace: string, name: string) => kept.get(`${namespace}/${name}`) ?? [];
  return {
    of,
    async keep(namespace, name, copy) {
      const known = await of(namespace, name);
      if (!known.some(({ changedAt }) => changedAt === copy.changedAt))
        kept.set(`${namespace}/${name}`, [copy, ...known]);
    },
  };
}

async function depsOn(sandbox: VirtualSandbox, kubeUrl: string, models: Models, memory: MemoryStore): Promise<Deps> {
  const settings = sandboxSettings();
  const [actions, detectors, correlators, stateCorrelators, kinds, playbooks] = await Promise.all([
    loadModules<Action>(here('../../../src/actions')),
    loadModules<Detector>(here('../../../src/detectors')),
    loadModules<Correlator>(here('../../../src/correlators')),
    loadModules<StateCorrelator>(here('../../../src/correlators/state')),
    loadModules<IssueKind>(here('../../../src/kinds')),
    loadPlaybooks([here('../../../playbooks')]),
  ]);
  const cluster = connectCluster({
    name: 'sandbox',
    server: { url: kubeUrl },
    timeoutMs: 10_000,
    userAgent: 'nightshift-soak',
  });
  const metrics = metricsFrom(sandbox.store);
  const delivered = async () => ({ ok: true as const, channel: 'C', ts: '1' });
  const parts: Partial<Deps> = {
    store: memory.store,
    jobs: { wake: async () => {} },
    cluster,
    metrics,
    cachedReads: { cluster, metrics },
    queries: createServiceQueries(),
    models,
    baselines: baselinesOf(models),
    diagnosisTurn: (run) => run(),
    openingTurn: createTurns(1),
    chat: {
      digest: (incident) => `${incident.version}`,
      deliver: delivered,
      callDigest: (incident, call) => `${incident.id}/${call.about}/${incident.state.name}`,
      ring: delivered,
      settle: delivered,
      isThere: async () => ({ kind: 'there' }),
      announce: delivered,
      listDigest: () => '',
      showList: delivered,
      weekly: delivered,
      handover: delivered,
      threadLines: delivered,
      threadImage: delivered,
      upload: async () => null,
      ping: async () => {},
    },
    charts: { draw: async () => Buffer.alloc(0), drawGraph: async () => Buffer.alloc(0) },
    pager: { configured: false } as Deps['pager'],
    clock: { now: sandbox.now, realDelay: (ms) => ms },
    actions: new Map(actions.map((action) => [action.name, action])),
    detectors,
    correlators,
    stateCorrelators,
    kinds,
    playbooks: new Map(playbooks.map((playbook) => [playbookKey(playbook), playbook])),
    policy: (namespace, service) => policyFor(settings, namespace, service),
    limits: {
      maxReplicas: settings.limits.max_replicas,
      maxMemoryBytes: settings.limits.max_memory,
      maxPodsAffectedRatio: settings.limits.max_pods_affected_ratio,
      drainTimeoutMs: settings.limits.drain_timeout,
      servicesAtOnce: settings.limits.services_at_once,
      stormIncidents: settings.limits.storm_incidents,
      stepsPerIncident: settings.limits.steps_per_incident,
      unansweredMs: settings.limits.unanswered,
    },
    protectedNamespaces: settings.protected_namespaces,
    configCopies: copiesInMemory(),
    mode: 'act',
    anyApprover: () => true,
    recentlyOpen: async () => memory.all().filter((one) => one.state.name !== 'closed'),
    openLines: () => memory.store.openLines(),
    log: pino({ level: 'silent' }),
  };
  return parts as Deps;
}

function baselinesOf(models: Models): Deps['baselines'] {
  const atHand: Deps['baselines']['atHand'] = (metric, namespace, service) =>
    models.find(namespace, service)?.metrics.find((one) => one.metric === metric)?.baseline ?? null;
  return {
    get: async (metric, namespace, service) => atHand(metric, namespace, service),
    atHand,
    size: () => SERVICES.length,
  };
}

/** As the sandbox's Prometheus lists them. */
const RULES = SANDBOX_RULES.map(({ alert, expr, forMs, severity }) => ({
  name: alert,
  expr,
  forMs,
  labels: { severity },
}));

function metricsFrom(store: SeriesStore): Metrics {
  return {
    ...metricsOn(store),
    rules: async (names) => ({ ok: true, value: RULES.filter(({ name }) => names.includes(name)) }),
    async instant(query, atMs) {
      const answer = queryInstant(store, query, atMs);
      if (!answer.ok) return { ok: false, failure: { kind: 'bad_query', message: answer.error } };
      const { result } = answer;
      if (result.resultType !== 'vector') return { ok: true, value: [] };
      return { ok: true, value: result.samples.map(({ labels, value }) => ({ labels: { ...labels }, value })) };
    },
  };
}

const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** Telemetry is sent by real HTTP while the clock stands still. */
async function arrives(isThere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isThere(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  // The sender reads the answers before it sends again.
  await new Promise((resolve) => setTimeout(resolve, 3));
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}
