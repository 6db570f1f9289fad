import { failingCalls, type ServiceFlow } from '../shop/flow.ts';
import type { Collector } from '../shop/metrics/family.ts';
import { SERVICES } from '../shop/services.ts';

/** Counts the calls between services as Tempo's metrics generator does from traces. */
export type ServiceGraph = {
  /** Adds `seconds` of what flows now. */
  count(flows: ReadonlyMap<string, ServiceFlow>, seconds: number): void;
  collect(into: Collector): void;
};

type Called = { total: number; failed: number };

export function createServiceGraph(): ServiceGraph {
  const edges = new Map<string, { client: string; server: string; called: Called }>();
  for (const { name, calls } of SERVICES)
    for (const { to } of calls)
      edges.set(`${name} ${to}`, { client: name, server: to, called: { total: 0, failed: 0 } });
  return {
    count(flows, seconds) {
      for (const { name, calls } of SERVICES) {
        const served = servedRps(flows.get(name));
        for (const { to, calls: perRequest } of calls) {
          const { called } = edges.get(`${name} ${to}`)!;
          const more = served * perRequest * seconds;
          called.total += more;
          const flow = flows.get(to);
          called.failed += more * (flow ? failingCalls(flow) : 0);
        }
      }
    },
    collect(into) {
      for (const { client, server, called } of edges.values()) {
        into.add('traces_service_graph_request_total', { client, server }, Math.floor(called.total));
        into.add('traces_service_graph_request_failed_total', { client, server }, Math.floor(called.failed));
      }
    },
  };
}

/** Requests that reach the code which calls others: those turned away at a full queue don't. */
function servedRps(flow: ServiceFlow | undefined): number {
  if (!flow) return 0;
  return [...flow.pods.values()].reduce((sum, pod) => sum + pod.rps - pod.rejectedRps, 0);
}
