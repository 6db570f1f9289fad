import type { ShopCluster } from '../cluster-port.ts';
import { NAMESPACE } from '../services.ts';
import type { Shop } from '../shop.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { createCollector, type Family } from './family.ts';
import { collectKubeMetrics, collectNodeMetrics } from './kube-metrics.ts';
import { collectPodMetrics } from './pod-metrics.ts';

/** Everything that a scrape of the whole cluster finds at `now`. */
export function collectMetrics(shop: Shop, cluster: ShopCluster, now: number): Family[] {
  const into = createCollector(DESCRIPTIONS);
  collectPodMetrics(into, shop, now);
  collectKubeMetrics(into, cluster, shop.pods(), NAMESPACE);
  const nodes = cluster.list('nodes');
  const used = new Map(nodes.map((n) => [n.metadata.name, shop.faults.nodeMemory(n.metadata.name)]));
  for (const run of shop.processes.runs()) {
    if (run.exited) continue;
    const { node } = run.view;
    used.set(node, (used.get(node) ?? 0) + shop.processes.workingSet(run, now));
  }
  collectNodeMetrics(into, nodes, used);
  return into.families();
}
