import { z } from 'zod';
import { writersOf } from '../../domain/managed-fields.ts';
import type { ConfigReference } from '../../domain/pod-template.ts';
import type { ConfigInfo } from '../../ports/cluster-objects.ts';
import type { ClusterFailure, ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { lastWrite } from './last-write.ts';
import { badName } from './names.ts';
import { metadataSchema } from './object-schemas.ts';
import { CORE, resourcePathOf } from './rest.ts';

/** Nothing else is accepted: a server that can't leave the content out must refuse (406) instead of sending it. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const partialSchema = z.object({ kind: z.literal('PartialObjectMetadata'), metadata: metadataSchema });
const MAX_OBJECTS = 60;
const AT_ONCE = 8;

/**
 * When the given ConfigMaps and Secrets were last written. They are asked for one by one, so that the right to list Secrets isn't needed, and without
 * their content. One that doesn't exist is left out; the first failure of another kind is the answer only if nothing could be read.
 */
export async function readConfigs(
  connection: Connection,
  namespace: string,
  references: ConfigReference[],
): Promise<ClusterResult<ConfigInfo[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const wanted = references.filter(({ name }) => badName(name) === null).slice(0, MAX_OBJECTS);
  const found: ConfigInfo[] = [];
  const failures: ClusterFailure[] = [];
  for (let from = 0; from < wanted.length; from += AT_ONCE) {
    const some = wanted.slice(from, from + AT_ONCE);
    for (const answer of await Promise.all(some.map((one) => readConfig(connection, namespace, one))))
      if (answer.ok) found.push(answer.value);
      else if (answer.failure.kind !== 'not_found') failures.push(answer.failure);
  }
  const [failure] = failures;
  return failure && found.length === 0 ? { ok: false, failure } : { ok: true, value: found };
}

async function readConfig(
  connection: Connection,
  namespace: string,
  { kind, name }: ConfigReference,
): Promise<ClusterResult<ConfigInfo>> {
  const path = resourcePathOf({ ...CORE, plural: kind === 'Secret' ? 'secrets' : 'configmaps', namespace, name });
  const answer = await connection.read(() => connection.json({ method: 'GET', path, accept: METADATA_ONLY }));
  if (!answer.ok) return answer;
  const only = partialSchema.safeParse(answer.value);
  if (only.success) {
    const { metadata } = only.data;
    const written = lastWrite(metadata);
    return { ok: true, value: { kind, name, namespace, ...written, ...keysWritten(metadata, written.changedAt) } };
  }
  const message = `The API server gave no metadata of ${kind} ${name}.`;
  return { ok: false, failure: { kind: 'unsupported', message, retryAfterMs: null } };
}

const MOST_KEYS = 10;

/** The names of keys, never what they hold: of the writer at that time. */
function keysWritten({ managedFields }: z.infer<typeof metadataSchema>, at: number): Pick<ConfigInfo, 'keys'> {
  const keys = writersOf({ metadata: { managedFields } })
    .filter((writer) => writer.at === at)
    .flatMap(({ fields }) => fields)
    .filter((field) => /^(data|binaryData|stringData)\./.test(field));
  return keys.length > 0 && keys.length <= MOST_KEYS ? { keys } : {};
}
