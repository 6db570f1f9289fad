import { pino } from 'pino';
import { queryRange } from '../../../sandbox/prometheus/query.ts';
import type { SeriesStore } from '../../../sandbox/prometheus/store.ts';
import { SERVICES } from '../../../sandbox/shop/services.ts';
import { subjectOf } from '../../../src/adapters/alertmanager/subject-of.ts';
import { createServiceQueries } from '../../../src/adapters/prometheus/service-queries.ts';
import { fitServiceModel } from '../../../src/analysis/service-model.ts';
import type { Deps } from '../../../src/app/deps.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Alert } from '../../../src/domain/types/alert.ts';
import type { EntityRef } from '../../../src/domain/types/entity.ts';
import type { Detector } from '../../../src/extension-points.ts';
import { createModels, type Models } from '../../../src/learning/baselines.ts';
import { HISTORY_STEP_MS, historyOf } from '../../../src/learning/train-history.ts';
import { knownFrom } from '../../../src/learning/train-keep.ts';
import { receiveAlerts } from '../../../src/pipeline/receive-alerts.ts';
import type { Workload } from '../../../src/ports/cluster-objects.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';
import type { SaveResult } from '../../../src/ports/store.ts';
import { createTurns } from '../../../src/timing/turns.ts';
import { scan, scanClosely } from '../../../src/watch/scan.ts';
import { type ScanMemory, suspects } from '../../../src/watch/scan-memory.ts';

const NAMESPACE = 'shop';

/** The app's scan on the sandbox's own series, on a clock that the soak moves; incidents are kept in memory. */
export type ScanWorld = {
  models: Models;
  /** Learns every service from the 14 days before `now`. */
  train(now: number): Promise<void>;
  scan(): Promise<void>;
  /** The 15 s look at what is odd or has an open incident. */
  lookClosely(): Promise<void>;
  opened: Incident[];
  /** An alert reaches the incidents as it would from Alertmanager. */
  deliver(alerts: Alert[]): Promise<void>;
};

/** PromQL straight on the sandbox's store, without HTTP. */
export function metricsOn(store: SeriesStore): Metrics {
  return {
    range: async (query, fromMs, toMs, stepMs) => {
      const answer = queryRange(store, query, fromMs, toMs, stepMs);
      if (!answer.ok) return { ok: false, failure: { kind: 'bad_query', message: answer.error } };
      const value = answer.result.series.map(({ labels, times, values }) => ({
        labels: { ...labels },
        points: times.flatMap((at, i) => (Number.isFinite(values[i]!) ? [{ at, value: values[i]! }] : [])),
      }));
      return { ok: true, value };
    },
    instant: async () => ({ ok: true, value: [] }),
    ping: async () => {},
  };
}

export async function createScanWorld(
  metrics: Metrics,
  now: () => number,
  calls = new Map<string, Set<string>>(),
): Promise<ScanWorld> {
  const detectors = await loadModules<Detector>(new URL('../../../src/detectors', import.meta.url).pathname);
  const models = createModels(100, 100);
  const opened: Incident[] = [];
  const memory: ScanMemory = new Map();
  const deps = depsOn(metrics, now, models, detectors, opened);
  return {
    models,
    opened,
    async train(at) {
      for (const { name } of SERVICES) {
        const { byMetric } = await historyOf({ metrics, queries: createServiceQueries() }, NAMESPACE, name, at);
        const model = fitServiceModel(byMetric, { now: at, stepMs: HISTORY_STEP_MS });
        if (!('refused' in model)) models.keep(knownFrom(NAMESPACE, name, 1, model));
      }
    },
    async scan() {
      await scan(deps, { namespaces: [NAMESPACE], calls, isOurs: () => true }, memory);
    },
    async lookClosely() {
      const open = opened.filter((one) => one.state.name !== 'closed').map((one) => one.service);
      const names = new Set([...open, ...suspects(memory).map((key) => key.split('/')[2] ?? '')]);
      const about = [...names].map((name): EntityRef => ({ kind: 'Deployment', namespace: NAMESPACE, name }));
      if (about.length > 0) await scanClosely(deps, about, memory, calls);
    },
    async deliver(alerts) {
      const received = alerts.map((alert) => ({
        alert,
        subject: subjectOf(alert, 'sandbox'),
      }));
      await receiveAlerts(deps, received, calls);
    },
  };
}

/** The parts of the app that the scan touches. Incidents that calm is told of are over. */
function depsOn(metrics: Metrics, now: () => number, models: Models, detectors: Detector[], opened: Incident[]): Deps {
  let numbers = 0;
  const open = () => opened.filter((one) => one.state.name !== 'closed');
  const put = (after: Incident, isCalm: boolean): SaveResult => {
    const place = opened.findIndex((one) => one.id === after.id);
    const state = isCalm ? ({ name: 'closed', outcome: 'self_healed', why: 'calm' } as const) : after.state;
    const kept = { ...after, state, closedAt: isCalm ? now() : after.closedAt };
    if (place < 0) opened.push(kept);
    else opened[place] = kept;
    return { kind: 'saved', due: [] };
  };
  const store: Partial<Deps['store']> = {
    load: async (id) => opened.find((one) => one.id === id) ?? null,
    listOpen: async () => open(),
    findByGroup: async (key) => ({
      open: open().find((one) => one.groupKey === key) ?? null,
      lastClosed: opened.findLast((one) => one.groupKey === key && one.state.name === 'closed')?.id ?? null,
    }),
    newId: async () => `INC-${++numbers}`,
    idOf: async (given) => `INC-${given}`,
    save: async ({ after, timeline }) =>
      put(
        after,
        timeline.some((line) => line.type === 'anomaly_cleared'),
      ),
  };
  const workloads = SERVICES.map(({ name }) => ({ kind: 'Deployment', namespace: NAMESPACE, name }) as Workload);
  const parts: Partial<Deps> = {
    store: store as Deps['store'],
    jobs: { wake: async () => {} },
    cluster: { name: 'sandbox', workloads: async () => ({ ok: true, value: workloads }) } as Partial<
      Deps['cluster']
    > as Deps['cluster'],
    metrics,
    queries: createServiceQueries(),
    models,
    baselines: {
      get: async () => null,
      atHand: (metric, namespace, service) =>
        models.find(namespace, service)?.metrics.find((one) => one.metric === metric)?.baseline ?? null,
      size: () => models.all().length,
    },
    clock: { now, realDelay: (ms) => ms },
    detectors,
    recentlyOpen: async () => open(),
    openingTurn: createTurns(1),
    log: pino({ level: 'silent' }),
  };
  return parts as Deps;
}
