import type { Logger } from 'pino';
import type { Settings } from './config.ts';
import type { Deps } from './pipeline/deps.ts';
import { type ScanMemory, scan } from './pipeline/scan.ts';
import type { Topology } from './pipeline/topology.ts';

/** Scans every so often, one scan at a time, and keeps the call graph fresh. Returns what stops it. */
export function startScanning(deps: Deps, topology: Topology, settings: Settings['scan'], log: Logger): () => void {
  const memory: ScanMemory = new Map();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async () => {
    try {
      const namespaces = settings.namespaces.length > 0 ? settings.namespaces : await namespacesOf(deps);
      await topology.refresh(deps, namespaces);
      if (settings.enabled) {
        const report = await scan(deps, namespaces, memory);
        log.debug(report, 'scanned');
      }
    } catch (error) {
      log.warn({ err: error }, 'the scan failed; the next one will try again');
    }
    if (!stopped) timer = setTimeout(() => void round(), Math.max(100, deps.clock.realDelay(settings.every)));
  };
  void round();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function namespacesOf(deps: Deps): Promise<string[]> {
  const all = await deps.cluster.workloads(null);
  if (!all.ok) return [];
  return [...new Set(all.value.map((workload) => workload.namespace))].filter(
    (namespace) => !deps.protectedNamespaces.includes(namespace),
  );
}
