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
  const nodes = cluster.list('nodes');
  const used = new Map(nodes.map((n) => [n.metadata.name, shop.faults.nodeMemory(n.metadata.name)]));
  for (const run of shop.processes.runs()) {
    if (run.exited) continue;
    const { node } = run.view;
    used.set(node, (used.get(node) ?? 0) + shop.processes.workingSet(run, now));
  }
  collectNodeMetrics(into, nodes, used, atStart);
  return into.families();
}
