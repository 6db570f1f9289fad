import type { ManagedView } from './managed-by.ts';
import { isRecord, readPath } from './object-path.ts';

/** What an object says of its keeper, before anybody has looked at that one. */
export type KeeperClaim =
  | { tool: 'Argo CD'; application: string }
  | { tool: 'Flux'; kind: 'Kustomization' | 'HelmRelease'; namespace: string; name: string }
  | { tool: 'Helm'; release: string; namespace: string }
  | { tool: 'operator'; kind: string; apiVersion: string; name: string };

const BUILT_IN = /^(apps|batch|v1|core|policy|autoscaling)(\/|$)/;
/** Made by these, a workload's template is still people's: they don't write to it. */
const NO_OPERATORS = ['Rollout', 'ScaledObject', 'HelmRelease', 'Application'];

type Owner = { apiVersion: string; kind: string; name: string; controller: boolean };

/** The owner references of an object as the API server has it. */
export function ownersOf(raw: Record<string, unknown>): Owner[] {
  const references = readPath(raw, ['metadata', 'ownerReferences']);
  return (Array.isArray(references) ? references : []).filter(isRecord).map((one) => ({
    apiVersion: String(one.apiVersion ?? ''),
    kind: String(one.kind ?? ''),
    name: String(one.name ?? ''),
    controller: one.controller === true,
  }));
}

/** The keeper that the object names, the one that would set it back soonest first; null when it names none. */
export function keeperClaim({ labels, annotations, managers }: ManagedView, owners: Owner[]): KeeperClaim | null {
  const owner = owners.find(
    (one) => one.controller && !BUILT_IN.test(one.apiVersion) && !NO_OPERATORS.includes(one.kind),
  );
  if (owner) return { tool: 'operator', kind: owner.kind, apiVersion: owner.apiVersion, name: owner.name };
  for (const [kind, group] of [
    ['Kustomization', 'kustomize'],
    ['HelmRelease', 'helm'],
  ] as const) {
    const name = labels[`${group}.toolkit.fluxcd.io/name`];
    const namespace = labels[`${group}.toolkit.fluxcd.io/namespace`];
    if (name !== undefined) return { tool: 'Flux', kind, name, namespace: namespace ?? 'flux-system' };
  }
  const application = applicationOf(
    labels,
    annotations,
    managers.some(({ manager }) => /argocd/i.test(manager)),
  );
  if (application !== null) return { tool: 'Argo CD', application };
  const release = annotations['meta.helm.sh/release-name'];
  if (release === undefined) return null;
  return { tool: 'Helm', release, namespace: annotations['meta.helm.sh/release-namespace'] ?? '' };
}

/** The tracking id is `application:group/kind:namespace/name`; an application of another namespace is `namespace_application` there. */
function applicationOf(
  labels: Record<string, string>,
  annotations: Record<string, string>,
  isWritten: boolean,
): string | null {
  const tracked = annotations['argocd.argoproj.io/tracking-id']?.split(':')[0]?.split('_').at(-1);
  return (
    tracked ??
    labels['argocd.argoproj.io/instance'] ??
    (isWritten ? (labels['app.kubernetes.io/instance'] ?? '') : null)
  );
}

/** As many fields as are told of a manager: beyond, nobody knows whether it owns one. */
const TOLD = 200;

/**
 * Whether a tool's own manager has set the field (a path such as `spec.replicas`). What a tool has never set it doesn't set back. A tool that isn't among the managers at all (it writes under another name) counts as
 * having set all but what `kubectl rollout restart` adds.
 */
export function setsField({ managers }: ManagedView, manager: RegExp, path: string): boolean {
  const own = managers.filter((entry) => manager.test(entry.manager));
  if (own.length === 0) return !path.includes('restartedAt');
  return own.some(({ fields }) => fields.length >= TOLD || fields.some((field) => touches(field, path)));
}

/** List keys are told differently (`containers[name=app]`, `containers[app]`). */
export function touches(field: string, path: string): boolean {
  const [left, right] = [field, path].map((text) => text.replace(/\[(?:name=)?"?([^\]"]*)"?\]/g, '[$1]'));
  return left === right || left?.startsWith(`${right}.`) === true || right?.startsWith(`${left}.`) === true;
}
