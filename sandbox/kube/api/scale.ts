import type { LabelSelector } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { requirementsOf } from '../selectors.ts';
import { clone, isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { conflict, fail, invalid, type Outcome, STALE } from './failure.ts';
import { patchTree } from './patch.ts';
import type { Resource } from './resources.ts';
import { replace, type WriteOptions } from './write.ts';

/** The Scale object of a workload. */
export function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = isTree(object.spec?.selector) ? selectorText(object.spec.selector as LabelSelector) : '';
  return clone({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: { replicas: Number(object.spec?.replicas ?? 0) },
    status: { replicas: Number(object.status?.replicas ?? 0), selector },
  });
}

/** A LabelSelector in its query form. */
export function selectorText(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map(({ key, operator, values }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      if (operator === 'In' && values.length === 1) return `${key}=${values[0]}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    })
    .join(',');
}

/** Writes a Scale object (PUT) or a patch of one; answers with the Scale that results. */
export function writeScale(
  world: World,
  resource: Resource,
  current: KubeObject,
  input: { contentType?: string; body: unknown },
  options: WriteOptions,
): Outcome<KubeObject> {
  const { name } = current.metadata;
  const scale = scaleOf(current);
  const asked =
    input.contentType === undefined
      ? ({ ok: true, value: input.body as Tree } as const)
      : patchTree('V1Scale', resource, name, scale, input.contentType, input.body);
  if (!asked.ok) return asked;
  const metadata = isTree(asked.value.metadata) ? asked.value.metadata : {};
  const version = metadata.resourceVersion;
  if (typeof version === 'string' && version !== '' && version !== current.metadata.resourceVersion) {
    return fail(conflict(resource, name, STALE));
  }
  const spec = isTree(asked.value.spec) ? asked.value.spec : {};
  const replicas = Number(spec.replicas ?? 0);
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    const scaleKind = { group: 'autoscaling', plural: 'scales', kind: 'Scale' };
    return fail(invalid(scaleKind, name, [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }]));
  }
  const next: Tree = clone(current);
  next.spec = { ...current.spec, replicas };
  const written = replace(world, resource, current, next, { ...options, subresource: 'scale' });
  return written.ok ? { ...written, value: scaleOf(written.value) } : written;
}
