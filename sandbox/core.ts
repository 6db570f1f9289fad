import { isRecorded } from './alerting/alerting.ts';
import type { SandboxClock } from './clock.ts';
import { type Cluster, createCluster } from './kube/cluster.ts';
import { installOperators, OPERATORS } from './operators/install.ts';
import { askExternalScaler } from './operators/keda/external.ts';
import { createKedaOperator } from './operators/keda/operator.ts';
import type { Scrape } from './prometheus/journal.ts';
import { singleValue } from './prometheus/query.ts';
import { createSeriesStore, type Sample, SCRAPE_MS, type SeriesStore } from './prometheus/store.ts';
import { bootShop } from './shop/boot.ts';
import { createHistory, HISTORY_MS } from './shop/history.ts';
import { collectMetrics } from './shop/metrics/collect.ts';
import type { Family } from './shop/metrics/family.ts';
import { pastOfSeries } from './shop/metrics/past.ts';
import { createShop, type Shop, STEP_MS } from './shop/shop.ts';

/** The simulated world without its wire protocols: cluster, shop, and the series that are scraped from them. */
export type Core = {
  cluster: Cluster;
  shop: Shop;
  store: SeriesStore;
  /** The scrape with which a first life begins; undefined in a further one. */
  first: Scrape | undefined;
  /** What works in the cluster beside Kubernetes itself: once a second. */
  operators: { step(now: number): void };
  /** What a scrape finds at `now`. */
  metrics(now: number): Family[];
  /** Scrapes into the store; `now` is a multiple of SCRAPE_MS. Answers what it found. */
  scrape(now: number): Sample[];
};

/** What an earlier process left: its cluster, its faults, and its last hours of samples (oldest first). */
export type Remains = { cluster: unknown; faults: unknown; scrapes: readonly Scrape[] };

export type CoreOptions = { now: () => number; seed: number; startAt: number; remains: Remains | undefined };

/** Builds the world as it is at `startAt` (sandbox epoch ms), from what was left or afresh with a past of its own. */
export function createCore({ now: clockNow, seed, startAt, remains }: CoreOptions): Core {
  let building: number | undefined = startAt;
  const now = (): number => building ?? clockNow();
  const cluster = createCluster({ now, seed: String(seed), operators: OPERATORS });
  const shop = createShop({ cluster, seed, now });
  cluster.setRuntime(shop.processes);
  if (remains) {
    cluster.restore(remains.cluster);
    shop.faults.restore(remains.faults);
  } else {
    bootShop(cluster, startAt, (at) => {
      building = at;
    });
  }
  building = startAt;
  installOperators(cluster);
  cluster.step(startAt);
  const scrapes = remains?.scrapes ?? [];
  const { store, first } =
    scrapes.length > 0 ? resume(shop, seed, scrapes, startAt) : begin(shop, cluster, seed, startAt);
  building = undefined;
  // Whatever address a trigger names: there is one Prometheus here.
  const prometheus = (query: string, at: number) => singleValue(store, query, at);
  const operators = createKedaOperator(cluster, { prometheus, external: askExternalScaler });
  const metrics = (at: number): Family[] => collectMetrics(shop, cluster, at);
  const scrape = (at: number): Sample[] => {
    const samples = samplesOf(metrics(at));
    store.record(at, samples);
    return samples;
  };
  return { cluster, shop, store, first, operators, metrics, scrape };
}

type Born = { store: SeriesStore; first: Scrape | undefined };

/** A first life: what runs now has run all through the history. */
function begin(shop: Shop, cluster: Cluster, seed: number, startAt: number): Born {
  const seam = Math.floor(startAt / SCRAPE_MS) * SCRAPE_MS;
  const running = shop.look().filter((pod) => shop.processes.run(pod.uid)?.exited === undefined);
  const history = createHistory(seed, seam, (s) => running.filter((pod) => pod.service.name === s).length);
  shop.begin(seam, history);
  const store = createSeriesStore({ pastMs: HISTORY_MS, pastOf: pastOfSeries(history, seed, seam) });
  const first = { at: seam, samples: samplesOf(collectMetrics(shop, cluster, seam)) };
  store.record(first.at, first.samples);
  for (let t = seam + STEP_MS; t <= startAt; t += STEP_MS) shop.step(t);
  return { store, first };
}

/** A further life: the last hours are as they were scraped, and before them lies a healthy past. Processes count from zero. */
function resume(shop: Shop, seed: number, scrapes: readonly Scrape[], startAt: number): Born {
  const { at: seam, samples } = scrapes[0]!;
  const up = (service: string): number => samples.filter((s) => s.name === 'up' && s.labels.service === service).length;
  const history = createHistory(seed, seam, up);
  const store = createSeriesStore({ pastMs: HISTORY_MS, pastOf: pastOfSeries(history, seed, seam) });
  for (const scrape of scrapes) {
    const { at, samples } = scrape;
    store.record(
      at,
      samples.filter((one) => !isRecorded(one)),
    );
    store.recordRules(at, samples.filter(isRecorded));
  }
  shop.begin(startAt, undefined);
  return { store, first: undefined };
}

function samplesOf(families: readonly Family[]): Sample[] {
  return families.flatMap(({ name, samples }) =>
    samples.map(({ suffix, labels, value }) => ({ name: name + suffix, labels, value })),
  );
}

const KUBE_STEP_MS = 1_000;

/** Lets the world live by the clock; `scraped` is called after each scrape. Answers how to stop each of its ticks. */
export function startTicking(
  clock: SandboxClock,
  core: Core,
  scraped: (now: number, samples: readonly Sample[]) => void,
): (() => void)[] {
  return [
    clock.onTick(KUBE_STEP_MS, (now) => {
      core.operators.step(now);
      core.cluster.step(now);
    }),
    clock.onTick(STEP_MS, (now) => core.shop.step(now)),
    clock.onTick(SCRAPE_MS, (now) => scraped(now, core.scrape(now))),
  ];
}
