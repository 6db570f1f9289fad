import { type ShopCluster, textAt } from '../cluster-port.ts';
import { USUAL_VOLUME_SHARE, volumeBytes } from '../faults/volume-filling.ts';
import { claimName, isDatabase, VOLUME_BYTES } from '../manifests.ts';
import { NAMESPACE, SERVICE_NAMES } from '../services.ts';
import type { Shop } from '../shop.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import { type Collector, createCollector, type Family } from './family.ts';
import { collectKubeMetrics, collectNodeMetrics } from './kube-metrics.ts';
import { collectPodMetrics } from './pod-metrics.ts';

/** Everything that a scrape of the whole cluster finds at `now`. */
export function collectMetrics(shop: Shop, cluster: ShopCluster, now: number): Family[] {
  const into = createCollector(DESCRIPTIONS);
  collectPodMetrics(into, shop, now);
  shop.graph.collect(into);
  collectKubeMetrics(into, cluster, shop.pods(), NAMESPACE);
  collectVolumes(into, shop, cluster, now);
  collectBatch(into, shop, cluster, now);
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

/** Pods that are none of the shop's services: what they take since they run. */
function collectBatch(into: Collector, shop: Shop, cluster: ShopCluster, now: number): void {
  for (const pod of cluster.list('pods', NAMESPACE)) {
    const cores = shop.faults.batchCores(pod.metadata.labels?.app ?? '');
    if (cores === 0 || textAt(pod, 'status', 'phase') !== 'Running') continue;
    const labels = { namespace: NAMESPACE, pod: pod.metadata.name, container: 'app' };
    const seconds = Math.max(0, now - Date.parse(textAt(pod, 'status', 'startTime'))) / 1000;
    into.add('container_cpu_usage_seconds_total', labels, cores * seconds);
  }
}

function collectVolumes(into: Collector, shop: Shop, cluster: ShopCluster, now: number): void {
  for (const name of SERVICE_NAMES.filter((one) => isDatabase({ name: one }))) {
    const used = VOLUME_BYTES * (USUAL_VOLUME_SHARE + shop.faults.volumeShare(name, now));
    const capacity = volumeBytes(cluster, name);
    const labels = { namespace: NAMESPACE, service: name, persistentvolumeclaim: claimName(name) };
    into.add('kubelet_volume_stats_capacity_bytes', labels, capacity);
    into.add('kubelet_volume_stats_available_bytes', labels, Math.round(Math.max(0, capacity - used)));
  }
}
