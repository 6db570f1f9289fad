import { type Failure, forbidden } from '../api/failure.ts';
import { objects } from '../change.ts';
import type { Pod } from '../kinds.ts';
import { cpuQuantity, memoryQuantity, parseQuantity, sumQuantities } from '../quantity.ts';
import type { World } from '../world.ts';

/** What pods count against a quota: 'pods', 'requests.cpu', 'limits.memory' …, in base units. Finished pods are free. */
export function quotaUse(pods: readonly Pod[]): Record<string, number> {
  const counted = pods.filter((pod) => pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed');
  const parts = counted.flatMap((pod) => pod.spec.containers.map((container) => container.resources ?? {}));
  const requests = sumQuantities(parts.map((part) => part.requests));
  const limits = sumQuantities(parts.map((part) => part.limits));
  const use: Record<string, number> = { pods: counted.length, 'count/pods': counted.length };
  for (const name of ['cpu', 'memory']) {
    use[name] = requests[name] ?? 0;
    use[`requests.${name}`] = requests[name] ?? 0;
    use[`limits.${name}`] = limits[name] ?? 0;
  }
  return use;
}

/** Writes an amount as a quota would: cores, bytes or a count. */
export function quotaQuantity(name: string, amount: number): string {
  if (name.endsWith('cpu')) return cpuQuantity(amount);
  return name.endsWith('memory') ? memoryQuantity(amount) : String(amount);
}

/** 403 when `pod` would take its namespace over a ResourceQuota, or doesn't name what the quota counts. */
export function quotaRefusal(world: World, pod: Pod): Failure | undefined {
  const resource = { group: '', plural: 'pods', kind: 'Pod' };
  for (const quota of objects(world, 'resourcequotas', pod.metadata.namespace)) {
    const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
    const used = quotaUse(objects(world, 'pods', pod.metadata.namespace));
    const more = quotaUse([pod]);
    const counted = Object.keys(hard).filter((name) => more[name] !== undefined);
    const silent = counted.filter((name) => /cpu|memory/.test(name) && !names(pod, name));
    if (silent.length > 0) {
      return forbidden(
        resource,
        pod.metadata.name,
        `failed quota: ${quota.metadata.name}: must specify ${silent.join(',')} for: ${pod.spec.containers[0]?.name ?? ''}`,
      );
    }
    const over = counted.filter((name) => (used[name] ?? 0) + (more[name] ?? 0) > parseQuantity(hard[name]));
    if (over.length === 0) continue;
    const list = (amount: (name: string) => string): string => over.map((name) => `${name}=${amount(name)}`).join(',');
    const why = `exceeded quota: ${quota.metadata.name}, requested: ${list((n) => quotaQuantity(n, more[n] ?? 0))}, used: ${list((n) => quotaQuantity(n, used[n] ?? 0))}, limited: ${list((n) => hard[n] ?? '')}`;
    return forbidden(resource, pod.metadata.name, why);
  }
  return undefined;
}

function names(pod: Pod, quotaName: string): boolean {
  const [kind, name] = quotaName.includes('.') ? quotaName.split('.') : ['requests', quotaName];
  return pod.spec.containers.every((container) => {
    const part = kind === 'limits' ? container.resources?.limits : container.resources?.requests;
    return part?.[name ?? ''] !== undefined;
  });
}
