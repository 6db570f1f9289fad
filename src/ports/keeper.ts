import { type KeeperClaim, keeperClaim, ownersOf, setsField } from '../domain/keeper.ts';
import type { ManagedView } from '../domain/managed-by.ts';
import { isRecord, type ObjectPath, readPath } from '../domain/object-path.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterResult } from './cluster-result.ts';
import type { CustomKind, CustomObject } from './custom-objects.ts';
import { APPLICATIONS, GIT_REPOSITORIES, HELM_RELEASES, KUSTOMIZATIONS } from './keeper-kinds.ts';
import { commitOf } from './keeper-source.ts';

/** What it takes to see from which commit Flux takes an object. */
export const SOURCE_PERMISSIONS: { group: string; resource: string; verbs: string[] }[] = [
  { group: GIT_REPOSITORIES.group, resource: GIT_REPOSITORIES.plural, verbs: ['get', 'list'] },
];

/** What it takes to see whether a change beside Git or a release would stand. */
export const KEEPER_PERMISSIONS: { group: string; resource: string; verbs: string[] }[] = [
  APPLICATIONS,
  KUSTOMIZATIONS,
  HELM_RELEASES,
].map(({ group, plural }) => ({ group, resource: plural, verbs: ['get', 'list'] }));

/** A change that somebody may take back: to which field of which object, and what it would be. */
export type Wish = {
  object: ManagedView & { kind: string; namespace: string | null; name: string };
  raw: Record<string, unknown>;
  /** As `spec.replicas`. */
  path: string;
  after: string;
  isRollback?: true;
};

/** Refused where a controller would set the field back by itself: two would fight, and whoever reads the message needs to know where the change belongs. Else what makes it last, as notes. */
export async function standsBeside(
  cluster: Cluster,
  wish: Wish,
): Promise<{ refusal: Refusal | null; notes: string[] }> {
  const claim = keeperClaim(wish.object, ownersOf(wish.raw));
  if (claim === null) return { refusal: null, notes: [] };
  const { name, where, reverts, lasting } = await keeperOf(cluster, claim, wish);
  const subject = `${wish.object.kind} ${wish.object.name}`;
  if (reverts === true) {
    const message = `${name} keeps ${subject} and would set ${wish.path} back. ${where}`;
    return { refusal: { code: 'managed_elsewhere', message }, notes: [] };
  }
  const doubt = reverts === null ? ' Whether it sets it back at once could not be seen here.' : '';
  return { refusal: null, notes: [`${name} keeps this object: ${lasting}${doubt}`] };
}

/** Who keeps an object, and how a change of it is mended or taken back there, for a person; null: nobody is known to. */
export async function keeperTold(
  cluster: Cluster,
  object: Wish['object'],
  raw: Record<string, unknown>,
  path: string,
): Promise<{ name: string; how: string } | null> {
  const claim = keeperClaim(object, ownersOf(raw));
  if (claim === null) return null;
  const { name, where } = await keeperOf(cluster, claim, { object, raw, path, after: '', isRollback: true });
  return { name, how: claim.tool === 'Helm' ? helmBack(claim, object.namespace) : where };
}

/** Where a keeper's own setting back is switched off, and of which commit it is. */
export type Suspension = { kind: CustomKind; object: CustomObject; path: ObjectPath; value: unknown; name: string };

/** The switch of the keeper that the object names; null where it has none, or none that ends by itself. */
export async function suspensionOf(
  cluster: Cluster,
  object: ManagedView,
  raw: Record<string, unknown>,
): Promise<ClusterResult<Suspension | null>> {
  const claim = keeperClaim(object, ownersOf(raw));
  if (claim?.tool === 'Argo CD') {
    const all = await cluster.custom.list(APPLICATIONS, null);
    if (!all.ok) return all;
    const [found, second] = all.value.filter(({ name }) => name === claim.application);
    if (!found || second) return { ok: true, value: null };
    const path = ['spec', 'syncPolicy', 'automated', 'selfHeal'];
    const name = `Argo CD (application ${claim.application})`;
    return { ok: true, value: { kind: APPLICATIONS, object: found, path, value: false, name } };
  }
  if (claim?.tool !== 'Flux' || claim.kind !== 'Kustomization') return { ok: true, value: null };
  const { namespace, name } = claim;
  const found = await cluster.custom.get({ kind: KUSTOMIZATIONS, namespace, name });
  if (!found.ok) return found;
  const value = { kind: KUSTOMIZATIONS, object: found.value, path: ['spec', 'suspend'], value: true };
  return { ok: true, value: { ...value, name: `Flux (Kustomization ${namespace}/${name})` } };
}

/** The commit that a keeper has seen last; null: it doesn't say. Flux' Kustomization sees none while it is suspended, its source does. */
export async function commitSeen(
  cluster: Cluster,
  { kind, object }: Pick<Suspension, 'kind' | 'object'>,
): Promise<ClusterResult<string | null>> {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  if (kind.kind === 'Application')
    return { ok: true, value: text(readPath(object.object, ['status', 'sync', 'revision'])) };
  const source = readPath(object.object, ['spec', 'sourceRef']);
  if (!isRecord(source) || source.kind !== 'GitRepository') return { ok: true, value: null };
  const namespace = text(source.namespace) ?? object.namespace;
  const found = await cluster.custom.get({ kind: GIT_REPOSITORIES, namespace, name: String(source.name) });
  return found.ok ? { ok: true, value: text(readPath(found.value.object, ['status', 'artifact', 'revision'])) } : found;
}

/** What it takes to switch a keeper off and on again. */
export const SUSPEND_PERMISSIONS: { group: string; resource: string; verbs: string[] }[] = [
  ...[APPLICATIONS, KUSTOMIZATIONS].map(({ group, plural }) => ({ group, resource: plural, verbs: ['patch'] })),
  ...SOURCE_PERMISSIONS,
];

type Keeper = { name: string; reverts: boolean | null; where: string; lasting: string };

async function keeperOf(cluster: Cluster, claim: KeeperClaim, wish: Wish): Promise<Keeper> {
  switch (claim.tool) {
    case 'operator': {
      const name = `${claim.kind} ${claim.name} (${claim.apiVersion})`;
      const where = `Its operator writes it: change ${claim.kind} ${claim.name} instead (\`kubectl edit ${claim.kind.toLowerCase()} ${claim.name}${inNamespace(wish.object.namespace)}\`).`;
      return { name, reverts: true, where, lasting: where };
    }
    case 'Helm':
      return helm(claim, wish);
    case 'Argo CD':
      return argo(cluster, claim, wish);
    case 'Flux':
      return claim.kind === 'Kustomization' ? kustomization(cluster, claim, wish) : helmRelease(cluster, claim, wish);
  }
}

const inNamespace = (namespace: string | null): string => (namespace ? ` -n ${namespace}` : '');

const helmBack = ({ release, namespace }: Extract<KeeperClaim, { tool: 'Helm' }>, own: string | null): string =>
  `Change its values, or \`helm rollback ${release}${inNamespace(namespace || own)}\` takes its last upgrade back.`;

function helm({ release, namespace }: Extract<KeeperClaim, { tool: 'Helm' }>, wish: Wish): Keeper {
  const place = inNamespace(namespace || wish.object.namespace);
  const lasting = wish.isRollback
    ? `its next upgrade brings the release back; \`helm rollback ${release}${place}\` makes it last.`
    : `its next upgrade sets ${wish.path} back; \`helm upgrade ${release} CHART${place} --reuse-values --set VALUE=${wish.after}\`, with the chart's own name for it, makes it last.`;
  return { name: `Helm (release ${release})`, reverts: false, where: lasting, lasting };
}

async function argo(
  cluster: Cluster,
  { application }: Extract<KeeperClaim, { tool: 'Argo CD' }>,
  wish: Wish,
): Promise<Keeper> {
  const all = await cluster.custom.list(APPLICATIONS, null);
  const found = all.ok ? all.value.find(({ name }) => name === application) : undefined;
  const name = application === '' ? 'Argo CD' : `Argo CD (application ${application})`;
  const where = inGit(wish, found?.object ?? {});
  const lasting = `its next sync sets ${wish.path} back. ${where} Then \`argocd app sync ${application || 'APPLICATION'}\`.`;
  if (!found) return { name, reverts: null, where, lasting };
  const automated = readPath(found.object, ['spec', 'syncPolicy', 'automated']);
  const heals = isRecord(automated) && automated.selfHeal === true && automated.enabled !== false;
  const reverts = heals && setsField(wish.object, /argocd/i, wish.path) && !isIgnored(found, wish);
  return { name: heals ? name.replace(')', ', self-heal)') : name, reverts, where, lasting };
}

/** What an application leaves out of its comparison it doesn't heal. */
function isIgnored({ object }: CustomObject, { object: { kind, name, namespace }, path }: Wish): boolean {
  const rules = readPath(object, ['spec', 'ignoreDifferences']);
  return (Array.isArray(rules) ? rules : []).some(
    (rule) =>
      isRecord(rule) &&
      (rule.kind === undefined || rule.kind === kind) &&
      (rule.name === undefined || rule.name === name) &&
      (rule.namespace === undefined || rule.namespace === namespace) &&
      Array.isArray(rule.jsonPointers) &&
      rule.jsonPointers.some((pointer) => {
        const ignored = String(pointer).split('/').slice(1).join('.');
        return path === ignored || path.startsWith(`${ignored}.`);
      }),
  );
}

function inGit({ path, after, isRollback }: Wish, application: Record<string, unknown>): string {
  const several = readPath(application, ['spec', 'sources']);
  const source = readPath(application, ['spec', 'source']) ?? (Array.isArray(several) ? several[0] : undefined);
  const revisions = readPath(application, ['status', 'sync', 'revisions']);
  const repository = isRecord(source) && typeof source.repoURL === 'string' ? source.repoURL : null;
  const folder = isRecord(source) && typeof source.path === 'string' ? `, ${source.path}` : '';
  const at = repository === null ? 'in Git' : `in Git (${repository}${folder})`;
  const commit =
    readPath(application, ['status', 'sync', 'revision']) || (Array.isArray(revisions) ? revisions[0] : undefined);
  if (!isRollback) return `Set ${path} to ${after} ${at}.`;
  return typeof commit === 'string' && /^[0-9a-f]{7,40}$/.test(commit)
    ? `Take the change back ${at}: \`git revert ${commit}\`.`
    : `Take the change back ${at}.`;
}

type Flux = Extract<KeeperClaim, { tool: 'Flux' }>;

/** Flux sets back what it has set, at every interval, unless it is suspended. */
async function kustomization(cluster: Cluster, { namespace, name }: Flux, wish: Wish): Promise<Keeper> {
  const found = await cluster.custom.get({ kind: KUSTOMIZATIONS, namespace, name });
  const object = found.ok ? found.value.object : {};
  const isOff =
    readPath(object, ['spec', 'suspend']) === true ||
    wish.object.annotations['kustomize.toolkit.fluxcd.io/reconcile'] === 'disabled';
  const folder = readPath(object, ['spec', 'path']);
  const source = readPath(object, ['spec', 'sourceRef', 'name']);
  const at = typeof folder === 'string' ? ` (${typeof source === 'string' ? `${source}, ` : ''}${folder})` : '';
  const commit = commitOf(readPath(object, ['status', 'lastAppliedRevision']));
  const where = wish.isRollback
    ? `Take the change back in Git${at}${commit === null ? '' : `: \`git revert ${commit}\``}.`
    : `Set ${wish.path} to ${wish.after} in Git${at}.`;
  const lasting = `its next reconciliation may set ${wish.path} back. ${where} Then \`flux reconcile kustomization ${name} -n ${namespace}\`.`;
  const reverts = !isOff && setsField(wish.object, /kustomize-controller/, wish.path);
  return { name: `Flux (Kustomization ${namespace}/${name}${isOff ? ', suspended' : ''})`, reverts, where, lasting };
}

/** A HelmRelease sets drift back only where it is told to. */
async function helmRelease(cluster: Cluster, { namespace, name }: Flux, wish: Wish): Promise<Keeper> {
  const found = await cluster.custom.get({ kind: HELM_RELEASES, namespace, name });
  const mode = found.ok ? readPath(found.value.object, ['spec', 'driftDetection', 'mode']) : undefined;
  const isOff = found.ok && readPath(found.value.object, ['spec', 'suspend']) === true;
  const where = `Change the values of HelmRelease ${namespace}/${name} in Git.`;
  const lasting = `its next upgrade sets ${wish.path} back. ${where} Then \`flux reconcile helmrelease ${name} -n ${namespace}\`.`;
  const reverts = found.ok ? mode === 'enabled' && !isOff : null;
  return { name: `Flux (HelmRelease ${namespace}/${name})`, reverts, where, lasting };
}
