import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { EntityRef } from '../domain/types/entity.ts';
import type { PodAddresses } from '../evidence/pod-addresses.ts';
import type { Topology } from '../evidence/topology.ts';
import { createTrainingSchedule } from '../learning/train-due.ts';
import type { Monitors } from '../ports/monitors.ts';
import type { Replicas } from '../ports/replicas.ts';
import { repeat } from '../timing/repeat.ts';
import { type ScanReport, scan, scanClosely } from '../watch/scan.ts';
import { type ScanMemory, suspects } from '../watch/scan-memory.ts';
import { createTightenMemory, tightenMonitors } from '../watch/tighten-monitors.ts';
import type { Deps } from './deps.ts';
import type { Settings } from './settings.ts';

const CLOSE_LOOK_MS = 15_000;
const MOST_CLOSE = 50;
const LEAST_DELAY_MS = 100;

/**
 * Scans every so often, one scan at a time, each replica its share of the services; looks every 15 s at those with an open
 * incident or a suspicion, and has their monitors scraped as often where that is wished; keeps the call graph and the pods' addresses
 * fresh; and has learned what is due. Returns what stops it.
 */
export function startScanning(
  deps: Deps,
  { topology, addresses }: { topology: Topology; addresses: PodAddresses },
  replicas: Replicas,
  settings: Settings['scan'],
  monitors: Monitors | null,
  log: Logger,
): () => void {
  const memory: ScanMemory = new Map();
  const schedule = createTrainingSchedule(deps.models);
  let alive = [replicas.id];
  const isOurs = (namespace: string, service: string) => shardOwnerOf(`${namespace}/${service}`, alive) === replicas.id;

  const round = async () => {
    const namespaces = settings.namespaces.length > 0 ? settings.namespaces : await namespacesOf(deps);
    alive = await replicas.live().catch(() => alive);
    await topology.refresh(deps, namespaces);
    await addresses.refresh(deps.cluster, namespaces);
    if (!settings.enabled) return;
    const report = await scan(deps, { namespaces, calls: topology.calls(), isOurs }, memory);
    tell(report, log);
    for (const { namespace, service, why } of schedule.due(report.workloads, report.busiest, deps.clock.now()))
      void deps.training.train(namespace, service, why);
  };
  const closer = async () => {
    if (!settings.enabled) return;
    const about = (await closelyWatched(deps, memory)).filter((one) => isOurs(one.namespace, one.name));
    if (about.length > 0) await scanClosely(deps, about.slice(0, MOST_CLOSE), memory, topology.calls());
  };
  const tightened = createTightenMemory();
  const tighten = async () => {
    if (!monitors) return;
    const isOwn = (monitor: string) => shardOwnerOf(monitor, alive) === replicas.id;
    const enabled = settings.enabled && settings.tighten_monitors;
    await tightenMonitors(deps, monitors, tightened, { enabled, isOurs: isOwn });
  };
  const stops = [
    lookEvery(deps, settings.every, round, log),
    lookEvery(deps, CLOSE_LOOK_MS, closer, log),
    lookEvery(deps, CLOSE_LOOK_MS, tighten, log),
  ];
  return () => {
    for (const stop of stops) void stop();
    replicas.leave().catch(() => undefined);
  };
}

/** Looks again `everyMs` of the application's time after the last look. */
export const lookEvery = (
  { clock }: Pick<Deps, 'clock'>,
  everyMs: number,
  look: () => Promise<void>,
  log: Logger,
): (() => Promise<void>) =>
  repeat(look, {
    delayMs: () => Math.max(LEAST_DELAY_MS, clock.realDelay(everyMs)),
    onError: (error) => log.warn({ err: error }, 'a look failed; the next one will try again'),
  });

function tell(report: ScanReport, log: Logger): void {
  const { services, elsewhere, unmodelled, anomalies, opened, blind, full } = report;
  log.debug({ services, elsewhere, unmodelled, anomalies, opened }, 'scanned');
  if (blind.length > 0) log.warn({ blind }, 'the scan left out what gave no answer');
  if (full) log.warn({}, 'too many services are odd at once: new ones are not followed by the scan');
}

/** Services with an open incident, and those that the last looks found odd. */
async function closelyWatched(deps: Deps, memory: ScanMemory): Promise<EntityRef[]> {
  const open = (await deps.recentlyOpen(MOST_CLOSE)).filter(
    (incident) => incident.state.name === 'watching' || incident.alerts.length === 0,
  );
  const odd = suspects(memory).map((key) => key.split('/'));
  const named = new Map<string, EntityRef>();
  for (const [namespace = '', name = ''] of [
    ...open.map((incident) => [incident.namespace, incident.service]),
    ...odd.map(([, namespace, name]) => [namespace, name]),
  ])
    named.set(`${namespace}/${name}`, { kind: 'Deployment', namespace, name });
  return [...named.values()];
}

/** The replica with the highest hash together with the service (rendezvous hashing): when one leaves, only its services move. */
export function shardOwnerOf(service: string, replicas: string[]): string {
  const weight = (replica: string) => createHash('sha256').update(`${replica} ${service}`).digest('hex');
  return replicas.reduce((best, one) => (weight(one) > weight(best) ? one : best), replicas[0] ?? '');
}

async function namespacesOf(deps: Deps): Promise<string[]> {
  const all = await deps.cluster.workloads(null);
  if (!all.ok) return [];
  return [...new Set(all.value.map((workload) => workload.namespace))].filter(
    (namespace) => !deps.protectedNamespaces.includes(namespace),
  );
}
