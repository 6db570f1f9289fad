import { shapeOf } from '../schema/models.ts';
import type { World } from '../world.ts';
import { groupVersion, type Resource, resourceKey } from './resources.ts';

/**
 * /openapi/v3 and its documents: enough for kubectl to see that the server validates fields itself, and for
 * `kubectl explain`'s structure. Field descriptions aren't ours to tell.
 */
export function openApi(world: World, path: string): unknown {
  const versions = [...new Set(world.registry.all().map(groupVersion))];
  const pathOf = (version: string): string => (version.includes('/') ? `apis/${version}` : `api/${version}`);
  if (path === '/openapi/v3') {
    const paths = versions.map((version) => [pathOf(version), { serverRelativeURL: `/openapi/v3/${pathOf(version)}` }]);
    return { paths: Object.fromEntries(paths) };
  }
  const version = versions.find((candidate) => path === `/openapi/v3/${pathOf(candidate)}`);
  if (version === undefined) return undefined;
  const resources = world.registry.all().filter((resource) => groupVersion(resource) === version);
  const schemas: Record<string, unknown> = {};
  for (const resource of resources) addSchema(resource, schemas);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths: Object.fromEntries(resources.map((resource) => [urlOf(resource, pathOf(version)), operations(resource)])),
    components: { schemas },
  };
}

/**
 * kubectl asks for the version 2 document, in protobuf, about kinds that version 3 doesn't have. It is told of none:
 * a Document with nothing but `swagger: "2.0"`.
 */
export const OPENAPI_V2_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
export const EMPTY_OPENAPI_V2 = Buffer.from([0x0a, 0x03, 0x32, 0x2e, 0x30]);

const urlOf = (resource: Resource, root: string): string =>
  `/${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}/{name}`;

function gvk(resource: Resource): Record<string, unknown> {
  return { group: resource.group, version: resource.version, kind: resource.kind };
}

function operations(resource: Resource): unknown {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  }));
  const content = { schema: { $ref: `#/components/schemas/${schemaName(resource)}` } };
  const responses = { 200: { description: 'OK', content: { 'application/json': content } } };
  const operation = { parameters, responses, 'x-kubernetes-group-version-kind': gvk(resource) };
  return {
    get: { ...operation, 'x-kubernetes-action': 'get' },
    patch: { ...operation, 'x-kubernetes-action': 'patch' },
    put: { ...operation, 'x-kubernetes-action': 'put' },
  };
}

const schemaName = (resource: Resource): string => resource.model ?? `${resourceKey(resource)}.${resource.kind}`;

function addSchema(resource: Resource, schemas: Record<string, unknown>): void {
  const kinds = { 'x-kubernetes-group-version-kind': [gvk(resource)] };
  if (resource.model === undefined) {
    schemas[schemaName(resource)] = { type: 'object', ...resource.custom?.schema, ...kinds };
    return;
  }
  addModel(resource.model, schemas);
  schemas[resource.model] = { ...(schemas[resource.model] as object), ...kinds };
}

function addModel(model: string, schemas: Record<string, unknown>): void {
  if (schemas[model] !== undefined) return;
  const shape = shapeOf(model);
  if (shape.kind !== 'model') return;
  const properties: Record<string, unknown> = {};
  schemas[model] = { type: 'object', properties };
  for (const [name, field] of shape.fields) properties[name] = schemaOf(field.type, schemas);
}

function schemaOf(type: string, schemas: Record<string, unknown>): unknown {
  const shape = shapeOf(type);
  switch (shape.kind) {
    case 'list':
      return { type: 'array', items: schemaOf(shape.item, schemas) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(shape.item, schemas) };
    case 'model':
      addModel(type, schemas);
      return { allOf: [{ $ref: `#/components/schemas/${type}` }] };
    case 'scalar':
      return scalarSchema(shape.type);
  }
}

function scalarSchema(type: string): unknown {
  switch (type) {
    case 'number':
      return { type: 'integer' };
    case 'boolean':
      return { type: 'boolean' };
    case 'IntOrString':
      return { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' };
    case 'any':
      return { type: 'object' };
    default:
      return { type: 'string', ...(type === 'Date' ? { format: 'date-time' } : {}) };
  }
}
