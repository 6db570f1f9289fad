import { lagWords } from '../domain/change-lag.ts';
import { isRecord, readPath, sameJson } from '../domain/object-path.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { parseQuantity } from '../domain/quantity.ts';
import { podTrouble } from '../domain/rollout.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Revision, Workload } from '../ports/cluster-objects.ts';

/** A rollout speaks half as strongly after this long. */
const HALF_LIFE_MS = 90 * 60_000;
/** Trouble is told a little late, and clocks differ: a rollout that began this much after it may still be its cause. */
const SLACK_MS = 2 * 60_000;
const LONGEST_MS = 6 * 3_600_000;
const AT_ONCE = 0.95;

/** A new revision that came shortly before the trouble, with what differs in it: most incidents follow a change. */
const recentRollout: Correlator = {
  name: 'recent_rollout',
  finds: {
    rollout: { chart: null, shownByPods: false, isContext: false },
    restart: { chart: null, shownByPods: true, isContext: false },
    memory_limit: { chart: null, shownByPods: true, isContext: false },
  },
  correlate: (around) => around.workloads.flatMap((workload) => rolloutFinding(workload, around)),
};

function rolloutFinding(workload: Workload, around: IncidentContext): Found[] {
  const revisions = [...(around.revisions[workload.name] ?? [])].sort((left, right) => right.revision - left.revision);
  const newest = revisions.find((revision) => revision.revision === workload.revision);
  const previous = revisions.find((revision) => revision.revision < workload.revision);
  if (!newest || !previous) return [];
  const at = startOf(newest, workload, around);
  const lagMs = around.since - at;
  if (lagMs < -SLACK_MS || lagMs > LONGEST_MS) return [];
  const troubled = troubledPods(newest, workload, around);
  const differs = differences(previous.template, newest.template);
  const byTime = AT_ONCE * 0.5 ** (Math.max(0, lagMs) / HALF_LIFE_MS);
  // Pods of the new revision that fail say the same thing in another way.
  const strength = 1 - (1 - byTime) * (troubled > 0 ? 0.2 : 1);
  const restart = differs.length === 0;
  const what = restart ? 'its pods were restarted without a change' : differs.join(', ');
  const message =
    `${workload.kind} ${workload.name}: revision ${newest.revision} was rolled out ${lagWords(at, around.since)}: ${what}` +
    (troubled > 0 ? `; ${troubled} of its pods can't run` : '');
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  const finding: Found = {
    kind: 'change',
    about,
    at,
    what: restart ? 'restart' : 'rollout',
    message,
    strength: restart ? strength / 2 : strength,
  };
  const lower = loweredMemory(previous.template, newest.template);
  return lower ? [finding, { ...finding, what: 'memory_limit', message: `${workload.name}: ${lower}` }] : [finding];
}

/** A limit that a rollout lowered can be raised again, which is less than taking the whole rollout back. */
function loweredMemory(before: Record<string, unknown>, after: Record<string, unknown>): string | null {
  for (const container of containersOf(after)) {
    const old = containersOf(before).find((one) => one.name === container.name);
    const [was, is] = [memoryLimit(old), memoryLimit(container)];
    if (was === null || is === null || !(bytesOf(is) < bytesOf(was))) continue;
    return `the memory limit of container ${String(container.name)} was lowered from ${was} to ${is}`;
  }
  return null;
}

function memoryLimit(container: Record<string, unknown> | undefined): string | null {
  const limit = readPath(container ?? {}, ['resources', 'limits', 'memory']);
  return typeof limit === 'string' || typeof limit === 'number' ? String(limit) : null;
}

/** NaN for what is no quantity of bytes. */
const bytesOf = (quantity: string): number => parseQuantity(quantity) ?? Number.NaN;

/** A rollback uses an old ReplicaSet again, which is much older than the rollout; the event of its scaling up tells. */
function startOf(newest: Revision, workload: Workload, { events }: IncidentContext): number {
  const scaled = events
    .filter(
      ({ about, reason, message }) =>
        about.name === workload.name && reason === 'ScalingReplicaSet' && scaledFromZero(message, newest.name),
    )
    .map((event) => event.at);
  return Math.max(newest.createdAt, ...scaled);
}

function scaledFromZero(message: string, replicaSet: string): boolean {
  return (
    message.startsWith('Scaled up replica set') &&
    message.includes(replicaSet) &&
    (/ from 0\b/.test(message) || !/ from \d/.test(message))
  );
}

function troubledPods(newest: Revision, workload: Workload, { pods, workloads, revisions }: IncidentContext): number {
  return pods.filter(
    (pod) =>
      pod.owner?.uid === newest.uid &&
      ownerOf(pod, workloads, revisions)?.uid === workload.uid &&
      podTrouble(pod) !== null,
  ).length;
}

/** What a person would look for first. Values of variables are not shown: they may be secrets. */
function differences(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const found = containersOf(after).flatMap((container) => {
    const old = containersOf(before).find((one) => one.name === container.name);
    return old ? containerDifferences(old, container) : [`container ${String(container.name)} is new`];
  });
  if (found.length > 0) return found.slice(0, 6);
  return sameJson(readPath(before, ['spec']), readPath(after, ['spec'])) ? [] : ['the pod template changed'];
}

function containersOf(template: unknown): Record<string, unknown>[] {
  const list = readPath(template, ['spec', 'containers']);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function containerDifferences(old: Record<string, unknown>, now: Record<string, unknown>): string[] {
  const found: string[] = [];
  if (old.image !== now.image) found.push(`image ${String(old.image)} → ${String(now.image)}`);
  const names = envNames(old.env, now.env);
  if (names.length > 0) found.push(`env ${names.slice(0, 5).join(', ')}`);
  if (!sameJson(old.resources ?? {}, now.resources ?? {}))
    found.push(`resources ${resourceWords(old.resources)} → ${resourceWords(now.resources)}`);
  const rest = Object.keys({ ...old, ...now }).filter(
    (key) => !['image', 'env', 'resources'].includes(key) && !sameJson(old[key], now[key]),
  );
  if (rest.length > 0) found.push(rest.sort().join(', '));
  return found;
}

function envNames(old: unknown, now: unknown): string[] {
  const byName = (list: unknown) =>
    new Map((Array.isArray(list) ? list.filter(isRecord) : []).map((entry) => [String(entry.name), entry]));
  const [left, right] = [byName(old), byName(now)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((name) => !sameJson(left.get(name) ?? null, right.get(name) ?? null))
    .sort();
}

function resourceWords(resources: unknown): string {
  const limits = readPath(resources, ['limits']);
  return isRecord(limits)
    ? Object.entries(limits)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join('/')
    : 'none';
}

export default recentRollout;
