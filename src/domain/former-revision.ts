import { isRecord, readPath, sameJson } from './object-path.ts';

/** What of a revision tells whether to go back to it; `ports.Revision` has it all. */
export type RevisionView = {
  revision: number;
  name: string;
  createdAt: number;
  replicas: number;
  readyReplicas: number;
  images: Record<string, string>;
  template: Record<string, unknown>;
};

/** A revision that lasted so long was well: whoever releases something broken replaces it sooner. */
const LASTED_MS = 10 * 60_000;

/**
 * The last revision that was healthy and really differs, or null. One that still serves is good beyond doubt; else the newest that lasted, else the newest. Those whose pods are wanted and don't serve are not good,
 * nor is `knownBad`, nor what differs only in when it was restarted.
 */
export function lastHealthy<R extends RevisionView>(
  revisions: R[],
  current: { revision: number; template: unknown },
  knownBad: string | undefined,
): R | null {
  const candidates = revisions.filter(
    (one) =>
      one.revision > 0 &&
      one.revision < current.revision &&
      one.name !== knownBad &&
      !(one.replicas > 0 && one.readyReplicas === 0) &&
      !sameTemplate(one.template, current.template),
  );
  return (
    candidates.find((one) => one.readyReplicas > 0) ??
    candidates.find((one) => lasted(one, revisions)) ??
    candidates[0] ??
    null
  );
}

/** Until the next revision was made. One that was gone back to keeps its first date, so that this can't be told of it. */
function lasted(one: RevisionView, revisions: RevisionView[]): boolean {
  const next = revisions.filter(({ revision }) => revision > one.revision).at(-1);
  return next !== undefined && next.createdAt - one.createdAt >= LASTED_MS;
}

/** But for defaults, and for what a restart writes. */
export const sameTemplate = (left: unknown, right: unknown): boolean => sameJson(bare(left), bare(right));

/** An empty map is the same as none, `creationTimestamp: null` says nothing, and a restart is no other release. */
function bare(template: unknown): unknown {
  return JSON.parse(
    JSON.stringify(template ?? {}, (key, value: unknown) =>
      key === 'creationTimestamp' || key === 'kubectl.kubernetes.io/restartedAt' || isEmpty(value) ? undefined : value,
    ),
    // What has become empty by that goes, too.
    (_key, value: unknown) => (isEmpty(value) ? undefined : value),
  );
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const MIGRATES =
  /migrat|flyway|liquibase|alembic|schema[-_]?(update|upgrade|change)|db[-_]?(init|upgrade|update|setup)/i;

/** The init container that changes a database's schema and isn't the same in both templates; null when there is none. What it did isn't taken back with the program. */
export function changedMigration(from: unknown, to: unknown): string | null {
  const [left, right] = [migrations(from), migrations(to)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names.find((name) => !sameJson(left.get(name), right.get(name))) ?? null;
}

function migrations(template: unknown): Map<string, unknown> {
  const found = readPath(template, ['spec', 'initContainers']);
  return new Map(
    (Array.isArray(found) ? found : []).filter(isRecord).flatMap(({ name, image, command, args }) => {
      const told = JSON.stringify([name, image, command, args]);
      return MIGRATES.test(told) ? [[String(name), { image, command, args }] as const] : [];
    }),
  );
}

/** The pull failed for the one image alone: it isn't there. Else it is the registry, the network or the right to pull, and another image of that registry fares no better. */
const NOT_THERE = /not found|manifest unknown|does not exist|no such (image|manifest)/i;

/** An image of the template that can't be had, by what pods say that wait for theirs; null when nothing speaks against it. */
export function unpullable(
  images: Record<string, string>,
  failing: { image: string; message: string }[],
): string | null {
  for (const image of Object.values(images)) {
    const same = failing.find((one) => one.image === image);
    const registry = failing.find(
      (one) => one.image !== image && registryOf(one.image) === registryOf(image) && !NOT_THERE.test(one.message),
    );
    if (same || (registry && registry.message !== '')) return image;
  }
  return null;
}

/** As the container runtime reads it: without a host it is Docker Hub's. */
function registryOf(image: string): string {
  const [first = ''] = image.split('/');
  return image.includes('/') && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}
