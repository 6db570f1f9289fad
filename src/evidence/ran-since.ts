import type { Incident } from '../domain/incident.ts';
import { isJobOf, RETRY_OF } from '../domain/job-names.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { subjectEntity } from '../domain/subject.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { CustomObject } from '../ports/custom-objects.ts';

const JOBS = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' };

/**
 * That a Job has failed it says of itself for as long as it is there, and its alert with it. What it was to do is done once it was tried again with success, or a later run of its CronJob was: in words; null: it wasn't, or nobody can say.
 */
export async function ranSince(cluster: Cluster, incident: Incident): Promise<string | null> {
  const { kind, namespace, name } = subjectEntity(incident);
  if (kind !== 'Job' && kind !== 'CronJob') return null;
  const all = await cluster.custom.list(JOBS, namespace);
  if (!all.ok) return null;
  const isIts = (job: CustomObject) => (kind === 'Job' ? job.name === name : isJobOf(job.name, name));
  const failed = all.value.filter((job) => isIts(job) && endOf(job, 'Failed') !== null);
  const done = all.value.filter((job) => endOf(job, 'Complete') !== null);
  const replaced = failed.map((job) => ({ job, by: done.find((one) => standsFor(one, job, kind === 'CronJob')) }));
  const [first] = replaced;
  if (!first?.by || replaced.some(({ by }) => !by)) return null;
  return `Job ${first.by.name} has done since what ${first.job.name} failed to do; its alert ends when that is removed (\`kubectl delete job ${first.job.name} -n ${namespace}\`)`;
}

const standsFor = (one: CustomObject, job: CustomObject, isScheduled: boolean): boolean =>
  one.annotations[RETRY_OF] === job.uid ||
  (isScheduled && ownerOf(one) !== null && ownerOf(one) === ownerOf(job) && madeAt(one) > madeAt(job));

function endOf({ object }: CustomObject, type: 'Failed' | 'Complete'): string | null {
  const all = readPath(object, ['status', 'conditions']);
  const found = (Array.isArray(all) ? all : []).find(
    (one) => isRecord(one) && one.type === type && one.status === 'True',
  );
  return isRecord(found) ? String(found.reason ?? '') : null;
}

const madeAt = ({ object }: CustomObject): number =>
  Date.parse(String(readPath(object, ['metadata', 'creationTimestamp']) ?? '')) || 0;

function ownerOf({ object }: CustomObject): string | null {
  const owners = readPath(object, ['metadata', 'ownerReferences']);
  const [first] = Array.isArray(owners) ? owners : [];
  return isRecord(first) && typeof first.uid === 'string' ? first.uid : null;
}
