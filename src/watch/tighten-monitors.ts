import type { Incident } from '../domain/incident.ts';
import { selects } from '../domain/label-selector.ts';
import { gitOpsTool } from '../domain/managed-by.ts';
import { looksInto, type Monitor, markOf, puttingBack, tightening } from '../domain/monitor.ts';
import { namedCause } from '../domain/named-cause.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { record } from '../pipeline/record.ts';
import type { Monitors } from '../ports/monitors.ts';
import type { WatchDeps } from './deps.ts';

/** What a replica remembers between rounds: nothing that mustn't be lost. */
export type TightenMemory = { looked: boolean; marked: number; said: Set<string> };
export const createTightenMemory = (): TightenMemory => ({ looked: false, marked: 0, said: new Set() });

const MOST_OPEN = 100;
/** Closer looks load the cluster: at most so many monitors at once, none of more services than this, and not for ever. */
const MOST_TIGHT = 10;
const MOST_SERVICES = 5;
const LONGEST_MS = 2 * 60 * 60_000;
const MOST_SAID = 1_000;

type Round = {
  deps: WatchDeps;
  monitors: Monitors;
  memory: TightenMemory;
  /** Which incident wants which monitor tight, by uid. */
  wanted: Map<string, string>;
  tight: number;
};

/**
 * One round, level-triggered: monitors of services with an open, measured incident are scraped every 15 s, and all others that carry
 * our mark are put back, whoever set it and whenever. Nothing is written in observe mode or while paused. `enabled` false only puts back.
 */
export async function tightenMonitors(
  deps: WatchDeps,
  monitors: Monitors,
  memory: TightenMemory,
  scope: { enabled: boolean; isOurs(monitor: string): boolean },
): Promise<void> {
  if (deps.mode !== 'act' || (await isPaused(deps))) return;
  const all = scope.enabled ? await deps.store.listOpen(MOST_OPEN) : [];
  const open = all.filter((incident) => deservesCloserLook(incident, deps.clock.now()));
  if (memory.looked && memory.marked === 0 && open.length === 0) return;
  const listed = await monitors.list();
  if (!listed.ok) return deps.log.debug({ why: listed.failure.message }, 'monitors can not be listed');
  const marked = listed.value.filter((monitor) => markOf(monitor) !== null);
  Object.assign(memory, { looked: true, marked: marked.length });
  const round: Round = { deps, monitors, memory, wanted: new Map(), tight: marked.length };
  const sure = await findWanted(round, open, listed.value);
  const isStorm = all.length >= deps.limits.stormIncidents;
  for (const monitor of listed.value) {
    if (!scope.isOurs(nameOf(monitor)) || deps.protectedNamespaces.includes(monitor.namespace)) continue;
    const incident = round.wanted.get(monitor.uid);
    const isMarked = markOf(monitor) !== null;
    // Who can't be asked now may still want it.
    if (isMarked && incident === undefined && sure) await putBack(round, monitor);
    if (!isMarked && incident !== undefined && !isStorm) await tighten(round, monitor, incident);
  }
}

/** An alert alone never suffices: the trouble must have been seen in the metrics or the objects. */
function deservesCloserLook(incident: Incident, now: number): boolean {
  const measured = incident.diagnosis?.measured === true || incident.anomalies.length > 0;
  return measured && now - incident.openedAt < LONGEST_MS;
}

/** False when somebody could not be asked. */
async function findWanted(round: Round, open: Incident[], monitors: Monitor[]): Promise<boolean> {
  let sure = true;
  for (const incident of open) {
    const { namespace, service, diagnosis } = incident;
    const cause = namedCause(diagnosis)?.entity;
    const names = new Set([service, ...(cause?.namespace === namespace ? [cause.name] : [])]);
    for (const name of names) {
      const selecting = await selectingMonitors(round, namespace, name, monitors);
      if (selecting === null) sure = false;
      for (const { monitor, services } of selecting ?? []) {
        if (services <= MOST_SERVICES) round.wanted.set(monitor.uid, round.wanted.get(monitor.uid) ?? incident.id);
        else
          await sayOnce(round, incident.id, `${nameOf(monitor)} keeps its interval: it is for ${services} services.`);
      }
    }
  }
  return sure;
}

/** The monitors that scrape the workload, each with how many services of the namespace it is for; null when that can't be told now. */
async function selectingMonitors(
  { deps, monitors }: Round,
  namespace: string,
  name: string,
  all: Monitor[],
): Promise<{ monitor: Monitor; services: number }[] | null> {
  const workload = await deps.cluster.workload(namespace, name);
  if (!workload.ok) return workload.failure.kind === 'not_found' ? [] : null;
  const { kind } = workload.value;
  const [raw, services, workloads] = await Promise.all([
    deps.cluster.rawWorkload({ kind, namespace, name }),
    monitors.services(namespace),
    deps.cluster.workloads(namespace),
  ]);
  if (!raw.ok || !services.ok || !workloads.ok) return null;
  const podLabels = textsAt(raw.value, ['spec', 'template', 'metadata', 'labels']);
  const own = services.value.filter(
    ({ selector }) => Object.keys(selector).length > 0 && isWithin(selector, podLabels),
  );
  return all
    .filter((monitor) => looksInto(monitor, namespace))
    .flatMap((monitor) => {
      const isMeant = (labels: Record<string, string>) => selects(monitor.selector, labels);
      if (monitor.kind === 'ServiceMonitor')
        return own.some(({ labels }) => isMeant(labels))
          ? [{ monitor, services: services.value.filter(({ labels }) => isMeant(labels)).length }]
          : [];
      return isMeant(podLabels)
        ? [{ monitor, services: workloads.value.filter(({ selector }) => isMeant(selector)).length }]
        : [];
    });
}

async function tighten(round: Round, monitor: Monitor, incident: string): Promise<void> {
  const { deps, monitors } = round;
  const name = nameOf(monitor);
  const tool = gitOpsTool(monitor);
  if (tool) return sayOnce(round, incident, `${name} keeps its interval: ${tool} manages it.`);
  const made = tightening(monitor, incident);
  if (made.kind === 'close_enough' || round.tight >= MOST_TIGHT) return;
  if (made.kind === 'leave') return sayOnce(round, incident, `${name} keeps its interval: ${made.message}.`);
  if (await isPaused(deps)) return;
  const written = await monitors.write(monitor, made.changes, made.mark);
  if (!written.ok) return failed(round, monitor, incident, written.failure);
  round.tight += 1;
  round.memory.marked += 1;
  const until = 'Put back when this is over.';
  await note(deps, incident, `Watching closer: ${name} is scraped every 15 s (before: ${made.before}). ${until}`);
}

async function putBack(round: Round, monitor: Monitor): Promise<void> {
  const { deps, monitors } = round;
  const mark = markOf(monitor);
  if (!mark || (await isPaused(deps))) return;
  const { changes, kept, after } = puttingBack(monitor, mark);
  const written = await monitors.write(monitor, changes, null);
  if (!written.ok) return failed(round, monitor, mark.incident, written.failure);
  const message = kept > 0 ? 'was changed by somebody else since, and is left as it is' : `is scraped ${after} again`;
  await note(deps, mark.incident, `${nameOf(monitor)} ${message}.`);
}

/** Newer than what was looked at: the next round looks again. */
async function failed(
  round: Round,
  monitor: Monitor,
  incident: string,
  failure: { kind: string; message: string },
): Promise<void> {
  round.deps.log.debug({ monitor: nameOf(monitor), why: failure.message }, 'a monitor could not be changed');
  if (failure.kind === 'forbidden')
    await sayOnce(round, incident, `${nameOf(monitor)} keeps its interval: there is no right to change it.`);
}

/** Once for each incident, also over restarts: the timeline is asked. */
async function sayOnce({ deps, memory }: Round, incident: string, message: string): Promise<void> {
  const key = `${incident} ${message}`;
  if (memory.said.has(key)) return;
  if (memory.said.size >= MOST_SAID) memory.said.clear();
  memory.said.add(key);
  const told = await deps.store.timeline(incident, -200, -1);
  if (!told.some((line) => line.message === message)) await note(deps, incident, message);
}

const note = async (deps: WatchDeps, incident: string, message: string): Promise<void> =>
  void (await record(deps, incident, { type: 'noted', at: deps.clock.now(), message, by: null }));

const isPaused = async ({ store }: WatchDeps): Promise<boolean> => (await store.pauseState()).paused;

const nameOf = ({ kind, namespace, name }: Monitor) => `${kind} ${namespace}/${name}`;

const isWithin = (part: Record<string, string>, whole: Record<string, string>) =>
  Object.entries(part).every(([key, value]) => whole[key] === value);

function textsAt(object: Record<string, unknown>, path: string[]): Record<string, string> {
  const found = readPath(object, path);
  if (!isRecord(found)) return {};
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, String(value)]));
}
