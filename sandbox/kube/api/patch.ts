import type { KubeObject } from '../objects.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { applyConfig, conflictMessage } from '../patch/server-side-apply.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import { shapeOf } from '../schema/models.ts';
import { isTree, type Tree } from '../tree.ts';
import type { World } from '../world.ts';
import { badRequest, type Failure, fail, notFound, type Outcome, succeed, unsupportedMediaType } from './failure.ts';
import { groupVersion, type Resource } from './resources.ts';
import { create, replace, type WriteOptions } from './write.ts';

export const APPLY = 'application/apply-patch+yaml';

const KINDS = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];

/** A patch of an existing object in any of the three client-side forms. Changes nothing but through `replace`. */
export function patchObject(
  world: World,
  resource: Resource,
  current: KubeObject,
  contentType: string,
  patch: unknown,
  options: WriteOptions,
): Outcome<KubeObject> {
  const patched = patchTree(resource.model, resource, current.metadata.name, current, contentType, patch);
  return patched.ok ? replace(world, resource, current, patched.value, options) : patched;
}

/** Applies a patch document to any JSON object; `model` guides strategic merges (undefined: 415 for them). */
export function patchTree(
  model: string | undefined,
  resource: Resource,
  name: string,
  target: Tree,
  contentType: string,
  patch: unknown,
): Outcome<Tree> {
  switch (contentType) {
    case 'application/json-patch+json': {
      const result = jsonPatch(target, patch);
      if (result.ok) return isTree(result.value) ? succeed(result.value) : fail(badRequest('the patch left no object'));
      if (result.why === 'malformed') return fail(badRequest(`error decoding patch: ${result.message}`));
      const message = 'the server rejected our request due to an error in our request';
      return fail({ code: 422, reason: 'Invalid', message, details: {} });
    }
    case 'application/merge-patch+json':
      return isTree(patch)
        ? succeed(mergePatch(target, patch) as Tree)
        : fail(badRequest('the patch must be an object'));
    case 'application/strategic-merge-patch+json': {
      if (model === undefined) return fail(unsupportedMediaType(unacceptable(KINDS.slice(0, 2))));
      if (!isTree(patch)) return fail(badRequest('the patch must be an object'));
      const broken = keylessItem(model, patch);
      if (broken !== undefined) return fail({ code: 500, reason: '', message: broken });
      return succeed(strategicMerge(model, target, patch));
    }
    default:
      return fail(unsupportedMediaType(`${unacceptable([...KINDS, APPLY])} (${resource.plural} ${name})`));
  }
}

const unacceptable = (kinds: readonly string[]): string =>
  `the body of the request was in an unknown format - accepted media types include: ${kinds.join(', ')}`;

// A container, say, without its name can't be merged: a real server answers 500 with these words.
function keylessItem(model: string, patch: Tree): string | undefined {
  if (shapeOf(model).kind !== 'model') return undefined;
  const spec = isTree(patch.spec) ? patch.spec : {};
  const template = isTree(spec.template) && isTree(spec.template.spec) ? spec.template.spec : spec;
  const containers = Array.isArray(template.containers) ? (template.containers as unknown[]) : [];
  const bad = containers.find((c) => isTree(c) && c.name === undefined && c.$patch !== 'replace');
  return bad === undefined ? undefined : `map: ${JSON.stringify(bad)} does not contain declared merge key: name`;
}

/** Server-side apply: creates, or merges and records who owns what. */
export function applyObject(
  world: World,
  resource: Resource,
  target: { namespace?: string; name: string },
  current: KubeObject | undefined,
  config: Tree,
  options: WriteOptions,
  force: boolean,
): Outcome<KubeObject> & { created?: boolean } {
  const refused = configRefusal(resource, target.name, current, config);
  if (refused !== undefined) return fail(refused);
  const metadata = { ...(config.metadata as Tree | undefined), ...target };
  const writer = {
    manager: options.manager,
    apiVersion: groupVersion(resource),
    now: world.now(),
    ...(options.subresource === undefined ? {} : { subresource: options.subresource }),
  };
  const applied = applyConfig(resource.model, current, { ...config, metadata }, writer, force);
  if (!applied.ok) {
    const { causes } = applied;
    return fail({ code: 409, reason: 'Conflict', message: conflictMessage(causes), details: { causes } });
  }
  const written = { ...options, managedFields: applied.managedFields };
  if (current !== undefined) return replace(world, resource, current, applied.object, written);
  return { ...create(world, resource, target.namespace, applied.object, written), created: true };
}

function configRefusal(
  resource: Resource,
  name: string,
  current: KubeObject | undefined,
  config: Tree,
): Failure | undefined {
  const metadata = isTree(config.metadata) ? config.metadata : {};
  if (metadata.managedFields !== undefined) return badRequest('metadata.managedFields must be nil');
  if (config.apiVersion !== groupVersion(resource) || config.kind !== resource.kind) {
    return badRequest(`the apply configuration must be a ${groupVersion(resource)}, Kind=${resource.kind}`);
  }
  if (metadata.name !== undefined && metadata.name !== name) {
    return badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  }
  return current === undefined && typeof metadata.uid === 'string' ? notFound(resource, name) : undefined;
}
