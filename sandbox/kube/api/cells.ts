// Cells of `kubectl get` that take more than a look at one field.
import type { Node, Service } from '../kinds.ts';
import { instant, type KubeObject } from '../objects.ts';
import { humanDuration } from './duration.ts';

/** Marked as the class of claims that name none. */
export const isDefaultClass = (object: KubeObject): boolean =>
  object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';

const MODES: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX' };

/** Access modes, abbreviated: RWO, ROX, RWX. */
export function accessModes(value: unknown): string {
  return Array.isArray(value) ? value.map((mode) => MODES[String(mode)] ?? String(mode)).join(',') : '';
}

/** Ready, NotReady or Unknown, and whether the node is cordoned. */
export function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec.unschedulable === true ? `${status},SchedulingDisabled` : status;
}

/** Roles from the node's labels. */
export function nodeRoles(node: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.map((label) => label.slice(prefix.length)).join(',') || '<none>';
}

/** 80/TCP,443/TCP. */
export function servicePorts(service: Service): string {
  return (service.spec.ports ?? []).map((port) => `${port.port}/${port.protocol ?? 'TCP'}`).join(',') || '<none>';
}

/** The first three addresses, and how many more. */
export function endpointsText(object: KubeObject): string {
  const subsets = (object.subsets ?? []) as { addresses?: { ip: string }[]; ports?: { port: number }[] }[];
  const all = subsets.flatMap(({ addresses, ports }) =>
    (addresses ?? []).flatMap(({ ip }) => (ports ?? []).map(({ port }) => `${ip}:${port}`)),
  );
  if (all.length === 0) return '<none>';
  return all.length <= 3 ? all.join(',') : `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`;
}

/** Complete, Failed, Suspended or Running. */
export function jobStatus(job: KubeObject): string {
  const conditions = (job.status?.conditions ?? []) as { type: string; status: string }[];
  const last = conditions.find((c) => ['Complete', 'Failed', 'Suspended'].includes(c.type) && c.status === 'True');
  return last?.type ?? 'Running';
}

/** From start to completion, or to `now` (epoch ms). */
export function jobDuration(job: KubeObject, now: number): string {
  const { startTime, completionTime } = (job.status ?? {}) as { startTime?: string; completionTime?: string };
  if (startTime === undefined) return '';
  return humanDuration(instant(completionTime, now) - instant(startTime, now));
}

/** `name: used/hard` of the counted names that are wanted. */
export function quotaText(quota: KubeObject, wanted: (name: string) => boolean): string {
  const status = (quota.status ?? {}) as { hard?: Record<string, string>; used?: Record<string, string> };
  const names = Object.keys(status.hard ?? {})
    .filter(wanted)
    .sort();
  return names.map((name) => `${name}: ${status.used?.[name] ?? '0'}/${status.hard?.[name] ?? ''}`).join(', ');
}
