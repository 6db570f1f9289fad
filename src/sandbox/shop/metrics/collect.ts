import type { ShopCluster } from '../cluster-port.ts';
import { NAMESPACE } from '../services.ts';
import type { Shop } from '../shop.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { createCollector, type Family } from './family.ts';
import { collectKubeMetrics, collectNodeMetrics } from './kube-metrics.ts';
import { collectPodMetrics } from './pod-metrics.ts';

/** Everything that a scrape of the whole cluster finds at `now`. `atStart`: what is there now has been there all through the history. */
export function collectMetrics(options: {
  shop: Shop;
  cluster: ShopCluster;
  seed: number;
  now: number;
  atStart: boolean;
}): Family[] {
  const { shop, cluster, seed, now, atStart } = options;
  const into = createCollector(DESCRIPTIONS);
  collectPodMetrics(into, shop, seed, now);
  collectKubeMetrics(into, cluster, shop.pods(), NAMESPACE, atStart);
  const workingSets = new Map<string, number>();
  for (const run of shop.processes.runs()) {
    if (run.exited) continue;
    const { node } = run.view;
    workingSets.set(node, (workingSets.get(node) ?? 0) + shop.processes.workingSet(run, now));
  }
  collectNodeMetrics(into, cluster.list('nodes'), workingSets, atStart);
  return into.families();
}
