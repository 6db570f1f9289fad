import { isRecord, readPath } from './object-path.ts';

/** Pure: what a pod template refers to by name. */

export type ConfigReference = { kind: 'ConfigMap' | 'Secret'; name: string };

/** The ConfigMaps and Secrets that its pods mount or take variables from, each once. */
export function configReferences(template: Record<string, unknown>): ConfigReference[] {
  const found = [
    ...containersOf(template).flatMap(variables),
    ...listAt(template, ['spec', 'volumes']).flatMap(mounted),
  ];
  return [...new Map(found.map((one) => [`${one.kind}/${one.name}`, one])).values()];
}

/** Whether its pods refer to the ConfigMap at all. */
export const usesConfigMap = (template: Record<string, unknown>, name: string): boolean =>
  configReferences(template).some((one) => one.kind === 'ConfigMap' && one.name === name);

/** Whether a container takes variables from it, or mounts a single file of it: only a restart brings those up to date. */
export function takesVariablesFrom(template: Record<string, unknown>, name: string): boolean {
  const containers = containersOf(template);
  if (containers.flatMap(variables).some((one) => one.kind === 'ConfigMap' && one.name === name)) return true;
  const volumes = listAt(template, ['spec', 'volumes'])
    .filter((volume) => mounted(volume).some((one) => one.kind === 'ConfigMap' && one.name === name))
    .map((volume) => readPath(volume, ['name']));
  return containers
    .flatMap((container) => listAt(container, ['volumeMounts']))
    .some((mount) => volumes.includes(mount.name) && mount.subPath !== undefined);
}

/** The PersistentVolumeClaims that its pods mount. */
export function claimNames(template: Record<string, unknown>): string[] {
  return listAt(template, ['spec', 'volumes']).flatMap((volume) =>
    text(readPath(volume, ['persistentVolumeClaim', 'claimName'])),
  );
}

export function templateLabels(template: Record<string, unknown>): Record<string, string> {
  const labels = readPath(template, ['metadata', 'labels']);
  return isRecord(labels) ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])) : {};
}

function containersOf(template: Record<string, unknown>): Record<string, unknown>[] {
  return [...listAt(template, ['spec', 'containers']), ...listAt(template, ['spec', 'initContainers'])];
}

function variables(container: Record<string, unknown>): ConfigReference[] {
  return [
    ...listAt(container, ['envFrom']).flatMap((source) => named(source, 'configMapRef', 'secretRef', 'name')),
    ...listAt(container, ['env']).flatMap((variable) =>
      named(readPath(variable, ['valueFrom']), 'configMapKeyRef', 'secretKeyRef', 'name'),
    ),
  ];
}

function mounted(volume: Record<string, unknown>): ConfigReference[] {
  const projected = listAt(volume, ['projected', 'sources']);
  return [
    ...text(readPath(volume, ['configMap', 'name'])).map((name) => ({ kind: 'ConfigMap' as const, name })),
    ...text(readPath(volume, ['secret', 'secretName'])).map((name) => ({ kind: 'Secret' as const, name })),
    ...projected.flatMap((source) => named(source, 'configMap', 'secret', 'name')),
  ];
}

function named(from: unknown, configMap: string, secret: string, field: string): ConfigReference[] {
  return [
    ...text(readPath(from, [configMap, field])).map((name) => ({ kind: 'ConfigMap' as const, name })),
    ...text(readPath(from, [secret, field])).map((name) => ({ kind: 'Secret' as const, name })),
  ];
}

function listAt(object: unknown, path: string[]): Record<string, unknown>[] {
  const list = readPath(object, path);
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

const text = (value: unknown): string[] => (typeof value === 'string' && value !== '' ? [value] : []);
