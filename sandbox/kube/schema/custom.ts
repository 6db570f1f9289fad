import type { Cause } from '../api/failure.ts';
import { clone, isTree, type Tree } from '../tree.ts';

/**
 * Makes a custom resource fit its openAPIV3Schema: fills in defaults and drops unknown fields (in place), and says what
 * doesn't fit. metadata is left to the server.
 */
export function shapeCustom(schema: Tree, object: Tree): Cause[] {
  const causes: Cause[] = [];
  const properties: Tree = isTree(schema.properties) ? schema.properties : {};
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  for (const key of Object.keys(object)) {
    if (key === 'apiVersion' || key === 'kind' || key === 'metadata') continue;
    const inner = properties[key];
    if (isTree(inner)) object[key] = fit(inner, object[key], key, causes);
    else if (!open) delete object[key];
  }
  requireFields(schema, object, '', causes);
  return causes;
}

function fit(schema: Tree, value: unknown, path: string, causes: Cause[]): unknown {
  if (value === null || value === undefined) return undefined;
  const wanted = schema.type;
  if (schema['x-kubernetes-int-or-string'] !== true && typeof wanted === 'string' && !isOfType(wanted, value)) {
    const got = Array.isArray(value) ? 'array' : typeof value;
    causes.push(
      cause(
        'FieldValueTypeInvalid',
        path,
        `Invalid value: "${got}": ${path} in body must be of type ${wanted}: "${got}"`,
      ),
    );
    return value;
  }
  checkBounds(schema, value, path, causes);
  if (Array.isArray(value)) {
    const items = schema.items;
    return isTree(items) ? value.map((item, i) => fit(items, item, `${path}[${i}]`, causes)) : value;
  }
  return isTree(value) ? fitTree(schema, value, path, causes) : value;
}

function fitTree(schema: Tree, value: Tree, path: string, causes: Cause[]): Tree {
  const properties = isTree(schema.properties) ? schema.properties : {};
  const additional = schema.additionalProperties;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true || additional === true;
  const out: Tree = {};
  for (const key of Object.keys(value)) {
    const inner = isTree(properties[key]) ? properties[key] : additional;
    if (isTree(inner)) out[key] = fit(inner, value[key], `${path}.${key}`, causes);
    else if (open) out[key] = value[key];
  }
  for (const [key, inner] of Object.entries(properties)) {
    if (out[key] === undefined && isTree(inner) && inner.default !== undefined) out[key] = clone(inner.default);
  }
  requireFields(schema, out, path, causes);
  return out;
}

function requireFields(schema: Tree, value: Tree, path: string, causes: Cause[]): void {
  for (const name of Array.isArray(schema.required) ? (schema.required as string[]) : []) {
    if (value[name] !== undefined) continue;
    causes.push(cause('FieldValueRequired', path === '' ? name : `${path}.${name}`, 'Required value'));
  }
}

function checkBounds(schema: Tree, value: unknown, path: string, causes: Cause[]): void {
  const bad = (why: string): void => {
    causes.push(cause('FieldValueInvalid', path, `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`));
  };
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) {
    const choices = schema.enum.map((choice) => JSON.stringify(choice)).join(', ');
    causes.push(
      cause(
        'FieldValueNotSupported',
        path,
        `Unsupported value: ${JSON.stringify(value)}: supported values: ${choices}`,
      ),
    );
  }
  if (typeof value === 'number') {
    if (typeof schema.minimum === 'number' && value < schema.minimum)
      bad(`should be greater than or equal to ${schema.minimum}`);
    if (typeof schema.maximum === 'number' && value > schema.maximum)
      bad(`should be less than or equal to ${schema.maximum}`);
  }
  if (typeof value === 'string' && typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(value)) {
    bad(`should match '${schema.pattern}'`);
  }
}

function isOfType(wanted: string, value: unknown): boolean {
  switch (wanted) {
    case 'object':
      return isTree(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === wanted;
  }
}

function cause(reason: string, field: string, message: string): Cause {
  return { reason, message, field };
}
