import type { EntityRef, Subject } from './types/entity.ts';

/** What an incident is about, told apart from the workload that has the trouble: a Job, a node or a quota has none. */

type Whose = Pick<Subject, 'namespace' | 'service' | 'entity'>;

const UNNAMED = 'alert:';

/** Stands where a workload's name would: `job/nightly-report-29177885`. No workload can be called so. */
export const standIn = ({ kind, name }: Pick<EntityRef, 'kind' | 'name'>): string => `${kind.toLowerCase()}/${name}`;

/** Kinds whose trouble may be somebody else's. */
const CALLING = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Rollout',
  'Pod',
  'Service',
  'Ingress',
  'Node',
]);

/** A Job, a quota, an autoscaler, a claim: what an alert says of such an object isn't passed on by those who are called, however ill they are. */
export const isAboutItself = (whose: Whose): boolean => !CALLING.has(subjectEntity(whose).kind);

/** What is known of an alert that names nothing: alerts of the same name stay together. */
export const unnamed = (alertName: string): string => `${UNNAMED}${alertName}`.slice(0, 100);

/** The workload that has the trouble, or null where there is none (a node, a quota, the control plane). */
export const workloadOf = ({ namespace, service }: Whose): string | null =>
  namespace === '' || /[/:]/.test(service) ? null : service;

/** The object that it is about. Incidents of older versions name none: then it is what `service` says. */
export function subjectEntity({ namespace, service, entity }: Whose): EntityRef {
  if (entity) return entity;
  if (service.startsWith(UNNAMED)) return { kind: 'Alert', namespace, name: service.slice(UNNAMED.length) };
  return namespace === ''
    ? { kind: 'Node', namespace, name: service }
    : { kind: 'Deployment', namespace, name: service };
}

/** A subject that is an object without a workload. */
export const aboutObject = (cluster: string, entity: EntityRef): Subject => ({
  cluster,
  namespace: entity.namespace,
  service: entity.kind === 'Node' ? entity.name : standIn(entity),
  entity,
});
