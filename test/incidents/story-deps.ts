import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { loadPlaybooks } from '../../src/adapters/playbooks/load-playbooks.ts';
import { incidentMessage } from '../../src/adapters/slack/views/incident-message.ts';
import { callMessage } from '../../src/adapters/slack/views/question.ts';
import type { Deps } from '../../src/app/deps.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { silentChat } from '../../src/app/missing-parts.ts';
import { policyFor } from '../../src/app/policy.ts';
import { Settings } from '../../src/app/settings.ts';
import { playbookKey } from '../../src/domain/playbook.ts';
import type { Action, Correlator, Detector, IssueKind } from '../../src/extension-points.ts';
import { createModels } from '../../src/learning/baselines.ts';
import type { Metrics, ServiceQueries } from '../../src/ports/metrics.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import type { SmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import type { Life } from './life.ts';
import type { Story } from './run-incident.ts';

export type Change = { method: string; path: string };
type Given = { store: IncidentStore; small: SmallCluster; story: Story; second(): number; life: Life };

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What the app is made of, but for the rim: metrics as the story has them, a chat and a pager that only tell what they were given. */
export async function storyDeps({ store, small, story, second, life }: Given): Promise<Deps> {
  const settings = Settings.parse({
    cluster: 'test',
    approvers: ['U_ONCALL'],
    services: (story.critical ?? [])
      .map((name) => ({ namespace: 'shop', name, critical: true }))
      .concat({
        namespace: 'shop',
        name: '*',
        critical: false,
      }),
  });
  const [actions, detectors, correlators, kinds, playbooks] = await Promise.all([
    loadModules<Action>(here('src/actions')),
    loadModules<Detector>(here('src/detectors')),
    loadModules<Correlator>(here('src/correlators')),
    loadModules<IssueKind>(here('src/kinds')),
    loadPlaybooks([here('playbooks')]),
  ]);
  const metrics = metricsOf(story, small, second);
  const { limits } = settings;
  const turn = <T>(run: () => Promise<T>) => run();
  const parts: Partial<Deps> = {
    store,
    jobs: { wake: async () => {} },
    cluster: small.cluster,
    metrics,
    cachedReads: { cluster: small.cluster, metrics },
    queries: QUERIES,
    models: createModels(1, 1),
    baselines: { get: async () => null, atHand: () => null, size: () => 0 },
    chat: chatOf(life),
    pager: pagerOf(life),
    clock: { now: small.now, realDelay: (ms) => ms },
    charts: { draw: async () => Buffer.alloc(0), drawGraph: async () => Buffer.alloc(0) },
    actions: new Map(actions.map((action) => [action.name, action])),
    detectors,
    correlators,
    kinds,
    playbooks: new Map(playbooks.map((playbook) => [playbookKey(playbook), playbook])),
    policy: (namespace, service) => policyFor(settings, namespace, service),
    limits: {
      maxReplicas: limits.max_replicas,
      maxMemoryBytes: limits.max_memory,
      maxPodsAffectedRatio: limits.max_pods_affected_ratio,
      drainTimeoutMs: limits.drain_timeout,
      servicesAtOnce: limits.services_at_once,
      stormIncidents: limits.storm_incidents,
      stepsPerIncident: limits.steps_per_incident,
      unansweredMs: 15 * 60_000,
    },
    protectedNamespaces: settings.protected_namespaces,
    mode: 'act',
    anyApprover: (user) => settings.approvers.includes(user),
    recentlyOpen: (limit) => store.listOpen(limit),
    openLines: () => store.openLines(),
    diagnosisTurn: turn,
    openingTurn: turn,
    log: pino({ level: 'silent' }),
  };
  return parts as Deps;
}

/** The queries say what they ask for: a metric, or one of the other tables, and a service where there is one. */
const QUERIES: ServiceQueries = {
  unit: (metric) => (metric.startsWith('latency') ? 's' : metric.endsWith('ratio') ? 'ratio' : ''),
  quickWindowMs: 60_000,
  ofService: (metric, _namespace, service) => `${metric} ${service}`,
  quickOfService: (metric, _namespace, service) => `${metric} ${service}`,
  byService: (metric) => `${metric} *`,
  memoryByPod: () => 'none',
  cpuByPod: () => 'none',
  volumes: () => 'none',
  calls: () => 'none',
};

function metricsOf(story: Story, small: SmallCluster, second: () => number): Metrics {
  const services = story.cluster.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name);
  const valueAt = (query: string, service: string, atMs: number) => {
    const at = second() + (atMs - small.now()) / 1000;
    return story.metrics?.(query.split(' ')[0] as never, service, at) ?? null;
  };
  const asked = (query: string) =>
    query.endsWith(' *') ? services : services.filter((one) => query.endsWith(` ${one}`));
  return {
    range: async (query, fromMs, toMs, stepMs) => {
      const times = Array.from({ length: Math.floor((toMs - fromMs) / stepMs) + 1 }, (_, n) => fromMs + n * stepMs);
      const series = asked(query).map((service) => ({
        labels: { service },
        points: times.flatMap((at) => {
          const value = valueAt(query, service, at);
          return value === null ? [] : [{ at, value }];
        }),
      }));
      return { ok: true, value: series.filter(({ points }) => points.length > 0) };
    },
    instant: async (query, atMs) => {
      const values = asked(query).map((service) => ({ labels: { service }, value: valueAt(query, service, atMs) }));
      return { ok: true, value: values.flatMap(({ labels, value }) => (value === null ? [] : [{ labels, value }])) };
    },
    ping: async () => {},
  };
}

function chatOf(life: Life): Deps['chat'] {
  const shown = new Map<string, string>();
  return {
    ...silentChat(pino({ level: 'silent' })),
    digest: (incident, context) => incidentMessage(incident, context).text,
    deliver: async (incident, context) => {
      const { text } = incidentMessage(incident, context);
      if (shown.get(incident.id) !== text) life.says('message', text.replaceAll('\n', ' '));
      shown.set(incident.id, text);
      return { ok: true, channel: 'C', ts: incident.id };
    },
    callDigest: (incident, call, context) => JSON.stringify(callMessage(incident, call, context)),
    ring: async (incident, call) => ({ ok: true, channel: 'C', ts: `${incident.id} ${call.about}` }),
    settle: async (_incident, { channel, ts }) => ({ ok: true, channel, ts }),
    isThere: async () => ({ kind: 'there' }),
    threadLines: async (incident) => ({ ok: true, channel: 'C', ts: incident.id }),
    threadImage: async (incident) => ({ ok: true, channel: 'C', ts: incident.id }),
  };
}

function pagerOf(life: Life): Deps['pager'] {
  return {
    configured: true,
    trigger: async ({ summary }) => {
      life.says('page', summary);
      return { ok: true };
    },
    acknowledge: async () => ({ ok: true }),
    resolve: async () => {
      life.says('page', 'is resolved');
      return { ok: true };
    },
  };
}
