import { ownerOf } from '../domain/pod-owner.ts';
import type { TelemetrySource } from '../domain/telemetry.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { PodInfo, Workload } from '../ports/cluster-objects.ts';

/** Whose pod has which address, for senders who name nothing else. */
export type PodAddresses = {
  /** Null when it is nobody's, more than one's (pods on their node's network), or not known yet: then the next refresh looks. */
  find(ip: string): TelemetrySource | null;
  refresh(cluster: Cluster, namespaces: string[]): Promise<void>;
};

const MOST = 50_000;

export function createPodAddresses(): PodAddresses {
  let known = new Map<string, TelemetrySource | null>();
  let missed = false;
  return {
    find(ip) {
      const found = known.get(ip);
      missed ||= found === undefined;
      return found ?? null;
    },
    async refresh(cluster, namespaces) {
      // Listing all pods is dear in a large cluster, and with the Collector's k8sattributes nobody asks.
      if (!missed) return;
      missed = false;
      const next = new Map<string, TelemetrySource | null>();
      for (const namespace of namespaces) {
        const [pods, workloads] = await Promise.all([cluster.pods(namespace, {}), cluster.workloads(namespace)]);
        if (!pods.ok || !workloads.ok) continue;
        for (const pod of pods.value) note(next, pod, workloads.value);
      }
      known = next;
    },
  };
}

function note(addresses: Map<string, TelemetrySource | null>, pod: PodInfo, workloads: Workload[]): void {
  // A pod that has ended keeps its address in its status, when another may have it by now.
  if (!pod.ip || pod.phase === 'Succeeded' || pod.phase === 'Failed' || addresses.size >= MOST) return;
  const owner = ownerOf(pod, workloads, {});
  const source = owner ? { namespace: pod.namespace, service: owner.name, pod: pod.name } : null;
  addresses.set(pod.ip, addresses.has(pod.ip) ? null : source);
}
