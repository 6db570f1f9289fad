import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { recordsAt, textAt } from '../../domain/snapshot/fields.ts';
import type { ContainerLog, KubeObject, Snapshot } from '../../domain/snapshot/snapshot.ts';
import { ExportErrors } from '../exported-table.ts';
import { logsIn } from './logs.ts';
import { objectsIn } from './objects.ts';
import { takenAt } from './taken-at.ts';
import { documentsIn } from './yaml.ts';

const MAX_FILES = 50_000;
const MAX_BYTES = 256 * 1024 * 1024;
const LOG_TAIL_BYTES = 512 * 1024;

/**
 * What `kubectl cluster-info dump --output-directory`, a Troubleshoot support bundle or `oc adm must-gather` wrote, by what is in the files
 * more than by where they are. Rejects with ExportErrors when there is nothing of Kubernetes in it; a file that can't be read is said in `missing`.
 */
export async function readDump(folder: string): Promise<Snapshot> {
  const files = await filesIn(folder);
  const missing: string[] = [];
  const objects = new Map<string, KubeObject>();
  const listed = new Set<string>();
  for (const path of files.filter((one) => /\.(?:json|ya?ml)$/.test(one))) {
    const parts = relative(folder, path).split(sep);
    try {
      for (const document of await documentsOf(path)) {
        const found = objectsIn(document, parts);
        for (const one of found.listed) listed.add(one);
        for (const one of found.objects)
          objects.set(`${one.kind}/${one.metadata.namespace}/${one.metadata.name}/${one.metadata.uid}`, one);
      }
    } catch (error) {
      missing.push(
        `${parts.join('/')} could not be read: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`,
      );
    }
  }
  if (objects.size === 0) throw new ExportErrors(`${folder}: no Kubernetes objects in it, neither JSON nor YAML`);
  const all = [...objects.values()];
  const logs = await logsOf(folder, files, all);
  return { at: takenAt(all), objects: all, logs, listed, missing: [...missing, ...lacking(all, listed, logs)] };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .slice(0, MAX_FILES);
}

async function documentsOf(path: string): Promise<unknown[]> {
  if ((await stat(path)).size > MAX_BYTES) throw new Error('it is larger than 256 MiB');
  const text = await readFile(path, 'utf8');
  // kubectl puts several lists one after the other where it writes to one file.
  if (path.endsWith('.json') && text.trim() !== '') return [JSON.parse(text)];
  return documentsIn(text);
}

async function logsOf(folder: string, files: string[], objects: KubeObject[]): Promise<ContainerLog[]> {
  const pods = Map.groupBy(
    objects
      .filter(({ kind }) => kind === 'Pod')
      .map(({ metadata, raw }) => ({
        namespace: metadata.namespace,
        name: metadata.name,
        containers: [...recordsAt(raw, 'spec', 'initContainers'), ...recordsAt(raw, 'spec', 'containers')].map((one) =>
          textAt(one, 'name'),
        ),
      })),
    ({ name }) => name,
  );
  const logs: ContainerLog[] = [];
  for (const path of files.filter((one) => /\.(?:log|txt)$/.test(one)))
    logs.push(...logsIn(await tailOf(path), relative(folder, path).split(sep), pods));
  return logs;
}

async function tailOf(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size <= LOG_TAIL_BYTES) return readFile(path, 'utf8');
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(LOG_TAIL_BYTES);
    await file.read(buffer, 0, LOG_TAIL_BYTES, size - LOG_TAIL_BYTES);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

/** What a judgement would have looked at, and what can't be judged without it. */
const WANTED: [string, string][] = [
  ['Pod', 'what runs and how it stands is not known'],
  ['Event', 'why pods were not scheduled, pulled or made is known from their states alone'],
  ['Node', 'nodes were not looked at'],
  ['Service', 'Services were not held against their pods'],
  ['Deployment', 'workloads are known by their pods alone'],
  ['ConfigMap', 'what ConfigMaps say was not looked at'],
  ['PersistentVolumeClaim', 'claims were not held against volumes'],
  ['Endpoints', 'endpoints were worked out from selectors'],
  ['NetworkPolicy', 'network policies were not looked at'],
];

function lacking(objects: KubeObject[], listed: ReadonlySet<string>, logs: ContainerLog[]): string[] {
  const kinds = new Set([...objects.map(({ kind }) => kind), ...[...listed].map((one) => one.split('/')[0] ?? '')]);
  if (kinds.has('EndpointSlice')) kinds.add('Endpoints');
  const absent = WANTED.filter(([kind]) => !kinds.has(kind)).map(([kind, effect]) => `no ${kind} objects: ${effect}`);
  return logs.length > 0 ? absent : [...absent, 'no logs: what the programs say is not known'];
}
