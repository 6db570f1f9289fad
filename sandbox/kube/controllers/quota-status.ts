import { quotaQuantity, quotaUse } from '../admission/quota.ts';
import { objects, setStatus } from '../change.ts';
import type { World } from '../world.ts';

/** Keeps every ResourceQuota's status: what is allowed and what is used. */
export function stepQuotas(world: World): void {
  for (const quota of objects(world, 'resourcequotas')) {
    const { namespace, name } = quota.metadata;
    const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
    const use = quotaUse(objects(world, 'pods', namespace));
    const used = Object.fromEntries(Object.keys(hard).map((key) => [key, quotaQuantity(key, use[key] ?? 0)]));
    setStatus(world, 'resourcequotas', namespace, name, () => ({ hard, used }));
  }
}
