import { admit, fillFromCluster } from '../admission/admit.ts';
import { setDefaults } from '../admission/defaults.ts';
import { deleteOne } from '../api/delete.ts';
import type { Failure } from '../api/failure.ts';
import { insert } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Pod, PodTemplate } from '../kinds.ts';
import { controllerReference, type KubeObject } from '../objects.ts';
import { clone } from '../tree.ts';
import type { World } from '../world.ts';

const SUFFIX_LENGTH = 5;

/**
 * Makes a pod from a template for its controller `owner`; undefined when admission (a quota, say) refuses it, which is
 * recorded as FailedCreate and told to `refused`.
 */
export function createPod(
  world: World,
  owner: KubeObject,
  template: PodTemplate,
  component: string,
  options: {
    name?: string;
    labels?: Record<string, string>;
    nodeName?: string;
    refused?: (failure: Failure) => void;
  } = {},
): Pod | undefined {
  const prefix = `${owner.metadata.name}-`;
  const metadata = {
    ...template.metadata,
    name: options.name ?? prefix + world.names.suffix(SUFFIX_LENGTH),
    ...(options.name === undefined ? { generateName: prefix } : {}),
    namespace: owner.metadata.namespace ?? 'default',
    labels: { ...template.metadata?.labels, ...options.labels },
    ownerReferences: [controllerReference(owner)],
  };
  const spec = { ...template.spec, ...(options.nodeName === undefined ? {} : { nodeName: options.nodeName }) };
  const pod = clone({ apiVersion: 'v1', kind: 'Pod', metadata, spec }) as unknown as Pod;
  setDefaults(pod);
  fillFromCluster(world, pod);
  const source = { component };
  const failure = admit(world, pod, undefined);
  if (failure !== undefined) {
    recordEvent(world, owner, 'Warning', 'FailedCreate', `Error creating: ${failure.message}`, source);
    options.refused?.(failure);
    return undefined;
  }
  const created = insert(world, 'pods', pod) as Pod;
  recordEvent(world, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`, source);
  return created;
}

/** Deletes a pod on behalf of its controller, gracefully. */
export function deletePod(world: World, owner: KubeObject, pod: Pod, component: string): void {
  removeGracefully(world, 'pods', pod);
  recordEvent(world, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`, { component });
}

/** Deletes anything the way a client's DELETE would, with its own grace period. */
export function removeGracefully(world: World, resource: string, object: KubeObject): void {
  const known = world.registry.byName(resource);
  if (known !== undefined) deleteOne(world, known, object, { dryRun: false, policy: 'Background' });
}
