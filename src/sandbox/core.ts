import type { SandboxClock } from './clock.ts';
import { type Cluster, createCluster } from './kube/cluster.ts';
import { createSeriesStore, type Sample, SCRAPE_MS, type SeriesStore } from './prometheus/store.ts';
import { bootShop } from './shop/boot.ts';
import { HISTORY_MS } from './shop/history.ts';
import { collectMetrics } from './shop/metrics/collect.ts';
import type { Family } from './shop/metrics/family.ts';
import { createShop, type Shop, STEP_MS } from './shop/shop.ts';
import type { Saved } from './state-file.ts';

/** The simulated world without its wire protocols: cluster, shop, and the series that are scraped from them. */
export type Core = {
  cluster: Cluster;
  shop: Shop;
  store: SeriesStore;
  /** What a scrape finds at `now`. */
  metrics(now: number): Family[];
  /** Scrapes into the store; `now` is a multiple of SCRAPE_MS. */
  scrape(now: number): void;
};

/** Builds the world as it is at `startAt` (sandbox epoch ms), from what was saved or afresh with a past of its own. */
export function createCore(options: {
  now: () => number;
  seed: number;
  startAt: number;
  saved: Saved | undefined;
}): Core {
  const { seed, startAt, saved } = options;
  let building: number | undefined = startAt;
  const now = (): number => building ?? options.now();
  const cluster = createCluster({ now, seed: String(seed) });
  const shop = createShop({ cluster, seed, now });
  cluster.setRuntime(shop.processes);
  if (saved) {
    cluster.restore(saved.cluster);
    shop.faults.restore(saved.faults);
  } else {
    bootShop(cluster, startAt, (at) => {
      building = at;
    });
  }
  const store = createSeriesStore({ pastMs: HISTORY_MS });
  const metrics = (at: number, atStart = false): Family[] => collectMetrics({ shop, cluster, seed, now: at, atStart });
  const firstScrape = Math.floor(startAt / SCRAPE_MS) * SCRAPE_MS;
  building = startAt;
  cluster.step(startAt);
  shop.begin(firstScrape);
  store.record(firstScrape, samplesOf(metrics(firstScrape, true)));
  for (let t = firstScrape + STEP_MS; t <= startAt; t += STEP_MS) shop.step(t);
  building = undefined;
  return { cluster, shop, store, metrics, scrape: (at) => store.record(at, samplesOf(metrics(at))) };
}

function* samplesOf(families: readonly Family[]): Generator<Sample> {
  for (const family of families) {
    for (const { suffix, ...sample } of family.samples) yield { name: family.name + suffix, ...sample };
  }
}

const KUBE_STEP_MS = 1_000;

/** Lets the world live by the clock; `scraped` is called after each scrape. Answers how to stop each of its ticks. */
export function startTicking(clock: SandboxClock, core: Core, scraped: (now: number) => void): (() => void)[] {
  return [
    clock.onTick(KUBE_STEP_MS, (now) => core.cluster.step(now)),
    clock.onTick(STEP_MS, (now) => core.shop.step(now)),
    clock.onTick(SCRAPE_MS, (now) => {
      core.scrape(now);
      scraped(now);
    }),
  ];
}
