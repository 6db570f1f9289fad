import { keeperClaim, ownersOf } from '../domain/keeper.ts';
import type { ManagedView } from '../domain/managed-by.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterResult } from './cluster-result.ts';
import { APPLICATIONS, GIT_REPOSITORIES, KUSTOMIZATIONS } from './keeper-kinds.ts';

/** Where in Git an object comes from, as its keeper says. */
export type GitSource = {
  /** As `Argo CD (application shop)`. */
  keeper: string;
  /** What makes it look at Git now, for a terminal. */
  sync: string;
  url: string;
  /** Null: the whole repository. */
  folder: string | null;
  /** Null: the default one, or what is followed is no branch by its name. */
  branch: string | null;
  /** The commit that is applied. */
  revision: string;
};

const SHA = /^[0-9a-f]{7,64}$/;

/** Null: nobody keeps it in Git, or its keeper doesn't say from which commit of which repository. */
export async function gitSourceOf(
  cluster: Cluster,
  object: ManagedView,
  raw: Record<string, unknown>,
): Promise<ClusterResult<GitSource | null>> {
  const claim = keeperClaim(object, ownersOf(raw));
  if (claim?.tool === 'Argo CD') {
    const all = await cluster.custom.list(APPLICATIONS, null);
    if (!all.ok) return all;
    const [found, second] = all.value.filter(({ name }) => name === claim.application);
    return { ok: true, value: found && !second ? ofApplication(found.object, claim.application) : null };
  }
  if (claim?.tool !== 'Flux' || claim.kind !== 'Kustomization') return { ok: true, value: null };
  const { namespace, name } = claim;
  const found = await cluster.custom.get({ kind: KUSTOMIZATIONS, namespace, name });
  if (!found.ok) return found;
  const kustomization = found.value.object;
  const source = readPath(kustomization, ['spec', 'sourceRef']);
  if (!isRecord(source) || source.kind !== 'GitRepository') return { ok: true, value: null };
  const place = { kind: GIT_REPOSITORIES, namespace: textOf(source.namespace) ?? namespace, name: String(source.name) };
  const repository = await cluster.custom.get(place);
  if (!repository.ok) return repository;
  return { ok: true, value: ofKustomization(kustomization, repository.value.object, { namespace, name }) };
}

/** Of several sources the only one that is a folder in Git. */
function ofApplication(application: Record<string, unknown>, name: string): GitSource | null {
  const several = readPath(application, ['spec', 'sources']);
  const sources = Array.isArray(several) ? several : [readPath(application, ['spec', 'source'])];
  const inGit = sources.flatMap((source, index) =>
    isRecord(source) && !source.chart && textOf(source.path) ? [{ source, index }] : [],
  );
  const [only, second] = inGit;
  if (!only || second) return null;
  const revisions = readPath(application, ['status', 'sync', 'revisions']);
  const ofIts = Array.isArray(revisions) ? revisions[only.index] : undefined;
  const revision = Array.isArray(several) ? ofIts : readPath(application, ['status', 'sync', 'revision']);
  const url = textOf(only.source.repoURL);
  if (url === null || typeof revision !== 'string' || !SHA.test(revision)) return null;
  return {
    keeper: `Argo CD (application ${name})`,
    sync: `argocd app sync ${name}`,
    url,
    folder: folderOf(only.source.path),
    branch: branchOf(only.source.targetRevision),
    revision,
  };
}

function ofKustomization(
  kustomization: Record<string, unknown>,
  repository: Record<string, unknown>,
  { namespace, name }: { namespace: string; name: string },
): GitSource | null {
  const url = textOf(readPath(repository, ['spec', 'url']));
  const revision = commitOf(readPath(kustomization, ['status', 'lastAppliedRevision']));
  if (url === null || revision === null) return null;
  return {
    keeper: `Flux (Kustomization ${namespace}/${name})`,
    sync: `flux reconcile kustomization ${name} -n ${namespace} --with-source`,
    url,
    folder: folderOf(readPath(kustomization, ['spec', 'path'])),
    branch: branchOf(readPath(repository, ['spec', 'ref', 'branch'])),
    revision,
  };
}

/** Flux writes `main@sha1:<commit>`, and wrote `main/<commit>`. */
export function commitOf(revision: unknown): string | null {
  const commit = typeof revision === 'string' ? (revision.split(/[:/]/).at(-1) ?? '') : '';
  return SHA.test(commit) ? commit : null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function folderOf(path: unknown): string | null {
  const folder = (textOf(path) ?? '').replace(/^\.?\//, '').replace(/\/$/, '');
  return folder === '' || folder === '.' ? null : folder;
}

/** A tag or a commit is followed by nobody: who wants to go back there sets another one. `HEAD` is the default branch. */
function branchOf(target: unknown): string | null {
  const name = textOf(target);
  return name === null || name === 'HEAD' ? null : name.replace(/^refs\/heads\//, '');
}
