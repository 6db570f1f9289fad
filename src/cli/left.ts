import { fileURLToPath } from 'node:url';
import type { Command as Program } from 'commander';
import { connectCluster } from '../adapters/kubernetes/cluster.ts';
import { readKubeconfig } from '../adapters/kubernetes/kubeconfig.ts';
import { loadModules } from '../app/load-modules.ts';
import { isLook, TIGHTENING } from '../checks/rbac.ts';
import { isRecord } from '../domain/object-path.ts';
import type { Action, Permission } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { CustomKind, CustomObject } from '../ports/custom-objects.ts';

const CALL_MS = 10_000;
/** As many as the cluster's port lists of a kind. */
const MOST_LISTED = 2_000;
const OURS = 'nightshift.dev/';
const MANAGER = 'nightshift';
const VERSIONS = ['v1', 'v2', 'v1beta1', 'v1beta2', 'v1alpha1', 'v1alpha3', 'v2beta1'];
/** Those that the API server or a controller writes beside whoever made the object. */
const CONTROLLERS = /^(kube-|k8s|keda|kyverno|keptn|cert-manager)/;

/** An object that still shows our hand. `made`: nobody else has written its spec. `fields`: what we set last, and nobody has set since. */
export type Left = {
  plural: string;
  namespace: string | null;
  name: string;
  made: boolean;
  marks: Record<string, string>;
  fields: string[];
};

/** `nightshift left`. */
export function addLeft(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('left')
    .option('--json', 'print it as one JSON object')
    .description(
      'list what Nightshift left in the cluster: marks, fields and objects, with the command that removes each',
    )
    .action(async ({ json }: { json?: true }) => {
      const server = await readKubeconfig(env.KUBECONFIG);
      const actions = await loadModules<Action>(fileURLToPath(new URL('../actions', import.meta.url)));
      const cluster = connectCluster({ name: 'left', server, timeoutMs: CALL_MS, userAgent: 'nightshift-left' });
      const found = await findLeft(cluster.custom, actions);
      console.log(json ? JSON.stringify(found) : leftWords(found));
      if (found.unknown.length > 0) process.exitCode = 1;
    });
}

/** Looks at every kind of object that an action may change or make. `unknown`: kinds that could not be looked at, and why. */
export async function findLeft(
  custom: Pick<Cluster['custom'], 'served' | 'list'>,
  actions: Pick<Action, 'permissions'>[],
): Promise<{ left: Left[]; unknown: string[] }> {
  const left: Left[] = [];
  const unknown: string[] = [];
  for (const { group, resource, makes } of changedKinds([
    ...actions.flatMap(({ permissions }) => permissions),
    ...TIGHTENING,
  ])) {
    const kind = await servedKind(custom, group, resource);
    if (kind === null) continue;
    const listed = 'unknown' in kind ? null : await custom.list(kind, null);
    if (listed?.ok) {
      left.push(...listed.value.flatMap((object) => leftIn(resource, makes, object)));
      if (listed.value.length >= MOST_LISTED) unknown.push(`${resource}: all beyond the first ${MOST_LISTED}`);
    } else unknown.push(`${resource}: ${listed ? listed.failure.message : 'unknown' in kind ? kind.unknown : ''}`);
  }
  return { left, unknown };
}

/** Of what is only deleted nothing is left. */
type Changed = { group: string; resource: string; makes: boolean };
function changedKinds(permissions: Permission[]): Changed[] {
  const kinds = new Map<string, Changed>();
  for (const { group, resource, verbs } of permissions)
    if (verbs.some((verb) => !isLook(verb) && verb !== 'delete') && resource !== 'pods/eviction') {
      const plural = resource.split('/')[0]!;
      const key = `${group}/${plural}`;
      const makes = kinds.get(key)?.makes || (verbs.includes('create') && plural === resource);
      kinds.set(key, { group, resource: plural, makes });
    }
  return [...kinds.values()];
}

async function servedKind(
  custom: Pick<Cluster['custom'], 'served'>,
  group: string,
  plural: string,
): Promise<CustomKind | { unknown: string } | null> {
  for (const version of VERSIONS) {
    const kind = { group, version, plural, kind: plural };
    const served = await custom.served(kind);
    if (!served.ok) return { unknown: served.failure.message };
    if (served.value) return kind;
  }
  return null;
}

function leftIn(
  plural: string,
  makes: boolean,
  { namespace, name, annotations, labels, managers, object }: CustomObject,
): Left[] {
  const ours = (of: Record<string, unknown>) =>
    Object.entries(of).flatMap(([key, value]) => (key.startsWith(OURS) ? [[key, String(value)] as const] : []));
  const marks = Object.fromEntries([...ours(annotations), ...ours(labels), ...ours(templateAnnotations(object))]);
  const fields = managers
    .filter(({ manager }) => manager === MANAGER)
    .flatMap((one) => one.fields)
    .filter((field) => !field.startsWith('metadata.'));
  if (Object.keys(marks).length === 0 && fields.length === 0) return [];
  // A command that deletes is printed only for what carries our mark, of a kind that we make: who cleared the managers must not lose a workload.
  const others = managers.filter(({ manager }) => manager !== MANAGER && !CONTROLLERS.test(manager));
  return [
    { plural, namespace, name, made: makes && Object.keys(marks).length > 0 && others.length === 0, marks, fields },
  ];
}

function templateAnnotations(object: Record<string, unknown>): Record<string, unknown> {
  let at: unknown = object;
  for (const key of ['spec', 'template', 'metadata', 'annotations']) at = isRecord(at) ? at[key] : undefined;
  return isRecord(at) ? at : {};
}

const MOST_FIELDS = 4;

export function leftWords({ left, unknown }: { left: Left[]; unknown: string[] }): string {
  const lines = left.flatMap(({ plural, namespace, name, made, marks, fields }) => {
    const target = `${plural} ${name}${namespace === null ? '' : ` -n ${namespace}`}`;
    const more = fields.length > MOST_FIELDS ? ` and ${fields.length - MOST_FIELDS} more` : '';
    const keys = Object.keys(marks);
    return [
      `${plural}/${name}${namespace === null ? '' : ` in ${namespace}`}: ${made ? 'made by Nightshift' : 'changed by Nightshift'}`,
      ...(!made && fields.length > 0
        ? [`    still as it set it: ${fields.slice(0, MOST_FIELDS).join(', ')}${more}`]
        : []),
      ...(made ? [`    kubectl delete ${target}`] : []),
      ...(!made && keys.length > 0 ? [`    kubectl annotate ${target} ${keys.map((key) => `${key}-`).join(' ')}`] : []),
    ];
  });
  return [
    ...(left.length === 0 ? ['Nothing of Nightshift is left on any object that could be looked at.'] : lines),
    ...unknown.map((why) => `? could not look at ${why}`),
    'Nightshift itself goes with `helm uninstall` or `kubectl delete -k`; the claim of the small Redis stays until you delete it.',
  ].join('\n');
}
