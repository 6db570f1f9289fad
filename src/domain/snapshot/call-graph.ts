import { type AddressUse, addressUses, type Resolver, resolver } from './calls.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Service } from './service.ts';
import { objectKey } from './snapshot.ts';
import type { StateWorkload } from './workload.ts';

/** Names of workloads in a namespace. */
export type MeasuredCall = { namespace: string; from: string; to: string };

/** Who calls whom, from what the workloads are configured with and what their logs complain of, across namespaces. */
export type CallGraph = {
  uses: AddressUse[];
  resolve: Resolver;
  /** Keys of workloads (`objectKey`) by the caller's. */
  callees: ReadonlyMap<string, ReadonlySet<string>>;
  /** The other way round. */
  callers: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the Service's namespace and name. */
  usesOfService: ReadonlyMap<string, AddressUse[]>;
};

/** `measured`: calls between workloads that traces or metrics show. */
export function callGraph(state: ClusterState, measured: readonly MeasuredCall[] = []): CallGraph {
  const resolve = resolver(state);
  const uses = addressUses(state);
  const callees = new Map<string, Set<string>>();
  const callers = new Map<string, Set<string>>();
  const usesOfService = new Map<string, AddressUse[]>();
  const link = (caller: StateWorkload, service: Service) => {
    for (const callee of service.workloads) {
      const [from, to] = [objectKey(caller), objectKey(callee)];
      if (from === to) continue;
      add(callees, from, to);
      add(callers, to, from);
    }
  };
  for (const use of uses) {
    const found = resolve(use.host, use.workload.namespace);
    if (found.kind !== 'service') continue;
    const key = `${found.service.namespace}/${found.service.name}`;
    usesOfService.set(key, [...(usesOfService.get(key) ?? []), use]);
    link(use.workload, found.service);
  }
  for (const workload of state.workloads)
    for (const { addresses } of workload.signs)
      for (const { host } of addresses) {
        const found = resolve(host, workload.namespace);
        if (found.kind === 'service') link(workload, found.service);
      }
  for (const [from, to] of measured.length > 0 ? measuredBetween(state, measured) : []) {
    add(callees, from, to);
    add(callers, to, from);
  }
  return { uses, resolve, callees, callers, usesOfService };
}

function measuredBetween({ workloads }: ClusterState, measured: readonly MeasuredCall[]): [string, string][] {
  const keys = new Map(workloads.map((one) => [`${one.namespace}/${one.name}`, objectKey(one)]));
  return measured.flatMap(({ namespace, from, to }): [string, string][] => {
    const [caller, callee] = [keys.get(`${namespace}/${from}`), keys.get(`${namespace}/${to}`)];
    return caller !== undefined && callee !== undefined && caller !== callee ? [[caller, callee]] : [];
  });
}

function add(to: Map<string, Set<string>>, key: string, value: string): void {
  const known = to.get(key);
  if (known) known.add(value);
  else to.set(key, new Set([value]));
}

/** All that are reached from `start`, without it, at most `most` steps away. */
export function reached(edges: ReadonlyMap<string, ReadonlySet<string>>, start: string, most = 8): Set<string> {
  const seen = new Set<string>();
  let front = [start];
  for (let step = 0; step < most && front.length > 0; step++) {
    front = [...new Set(front.flatMap((key) => [...(edges.get(key) ?? [])]))].filter(
      (key) => key !== start && !seen.has(key),
    );
    for (const key of front) seen.add(key);
  }
  return seen;
}
