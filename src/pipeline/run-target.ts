import { meantBy } from '../domain/first-words.ts';
import { aboutObject } from '../domain/subject.ts';
import type { EntityKind, EntityRef, Subject } from '../domain/types/entity.ts';
import type { Action } from '../extension-points.ts';
import type { StageDeps } from './deps.ts';
import { findWorkload } from './who-may.ts';

export type Target = { ok: true; subject: Subject; entity: EntityRef } | { ok: false; message: string };

/** Kinds that may be written before a name, as kubectl has them. */
const KINDS: Record<string, EntityKind> = {
  deployment: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  ds: 'DaemonSet',
  pod: 'Pod',
  node: 'Node',
  job: 'Job',
  cronjob: 'CronJob',
  hpa: 'HorizontalPodAutoscaler',
  scaledobject: 'ScaledObject',
  pdb: 'PodDisruptionBudget',
  pvc: 'PersistentVolumeClaim',
};
const WORKLOADS: EntityKind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** What a person means: a node for what is done to nodes, else a workload by the shortest name that fits one alone; `namespace/job/name` for what is no workload. */
export async function findTarget(deps: StageDeps, action: Action, reference: string): Promise<Target> {
  const own = withoutCluster(deps.cluster.name, reference.trim().toLowerCase());
  if (own === null)
    return { ok: false, message: `That is in another cluster: this Nightshift looks after \`${deps.cluster.name}\`.` };
  const parts = own.split('/');
  const kind = KINDS[parts.at(-2) ?? ''];
  if (kind === 'Node' || (kind === undefined && parts.length === 1 && isOfNodes(action)))
    return findNode(deps, parts.at(-1) ?? '');
  if (kind === undefined) return ofWorkload(deps, own);
  const [name = '', , namespace] = parts.toReversed();
  if (WORKLOADS.includes(kind)) return ofWorkload(deps, namespace === undefined ? name : `${namespace}/${name}`);
  if (namespace === undefined || name === '')
    return { ok: false, message: `In which namespace? Say \`namespace/${parts.at(-2)}/name\`.` };
  const entity: EntityRef = { kind, namespace, name };
  return { ok: true, entity, subject: aboutObject(deps.cluster.name, entity) };
}

/** Null where another cluster is named. */
function withoutCluster(cluster: string, reference: string): string | null {
  const parts = reference.split('/');
  if (parts[0] === cluster.toLowerCase() && parts.length > 2) return parts.slice(1).join('/');
  return parts.length > 2 && KINDS[parts.at(-2) ?? ''] === undefined ? null : reference;
}

const isOfNodes = ({ optIn, permissions }: Action): boolean =>
  optIn === 'nodes' || permissions.some(({ resource, verbs }) => resource === 'nodes' && verbs.includes('patch'));

async function findNode(deps: StageDeps, said: string): Promise<Target> {
  const found = await deps.cluster.nodes();
  if (!found.ok) return { ok: false, message: `The nodes can’t be read now: ${found.failure.message}` };
  const fitting = meantBy(found.value, ({ name }) => name, said);
  const [node] = fitting;
  if (!node) return { ok: false, message: `There is no node “${said}”.` };
  const choices = fitting.slice(0, 5).map(({ name }) => `\`${name}\``);
  if (fitting.length > 1) return { ok: false, message: `More than one node fits: say ${choices.join(' or ')}.` };
  const entity: EntityRef = { kind: 'Node', namespace: '', name: node.name };
  return { ok: true, entity, subject: aboutObject(deps.cluster.name, entity) };
}

async function ofWorkload(deps: StageDeps, reference: string): Promise<Target> {
  const found = await findWorkload(deps, reference);
  if (!found.ok) return found;
  const { kind, namespace, name } = found.workload;
  return {
    ok: true,
    entity: { kind, namespace, name },
    subject: { cluster: deps.cluster.name, namespace, service: name },
  };
}
