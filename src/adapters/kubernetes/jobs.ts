import { z } from 'zod';
import type { PodInfo } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { badName } from './names.ts';
import { metadataSchema } from './object-schemas.ts';
import { resourcePathOf } from './rest.ts';

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs' };
const jobSchema = z.looseObject({ metadata: metadataSchema });

/** Who made a Job (a CronJob, usually); null when nobody did. `not_found`: there is no such Job. */
export async function readJobOwner(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<ClusterResult<PodInfo['owner']>> {
  const bad = badName(namespace, name);
  if (bad) return bad;
  return connection.read(async () => {
    const path = resourcePathOf({ ...JOBS, namespace, name });
    const { metadata } = jobSchema.parse(await connection.json({ method: 'GET', path }));
    const owner = metadata.ownerReferences?.find((reference) => reference.controller);
    return owner ? { kind: owner.kind, name: owner.name, uid: owner.uid } : null;
  });
}
