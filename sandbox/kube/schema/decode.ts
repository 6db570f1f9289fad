import { badRequest, fail, type Outcome, succeed } from '../api/failure.ts';
import type { Resource } from '../api/resources.ts';
import { canonicalQuantity } from '../quantity.ts';
import { isTree, type Tree } from '../tree.ts';
import { shapeOf } from './models.ts';

type Reading = { unknown: string[]; wrong: string | undefined };

/**
 * Reads a JSON object as a built-in kind: drops nulls and unknown fields, and refuses values of the wrong type with
 * 400. `strict` (fieldValidation=Strict) makes an unknown field an error; otherwise each becomes a warning.
 * Custom resources pass as they are, for their own schema to judge.
 */
export function decode(resource: Resource, input: Tree, fieldValidation: string): Outcome<Tree> {
  if (resource.model === undefined) return succeed(input);
  const reading: Reading = { unknown: [], wrong: undefined };
  const value = read(resource.model, input, '', reading);
  if (reading.wrong !== undefined) {
    const message = `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${reading.wrong}`;
    return fail(badRequest(message));
  }
  const complaints = reading.unknown.map((path) => `unknown field "${path}"`);
  if (complaints.length > 0 && fieldValidation === 'Strict') {
    return fail(
      badRequest(
        `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ${complaints.join(', ')}`,
      ),
    );
  }
  return succeed(value as Tree, fieldValidation === 'Ignore' ? [] : complaints);
}

function read(type: string, value: unknown, path: string, reading: Reading): unknown {
  if (value === null || value === undefined) return undefined;
  const shape = shapeOf(type);
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return complain(value, path, '[]', reading);
      return value.map((item, i) => read(shape.item, item ?? emptyOf(shape.item), `${path}[${i}]`, reading));
    case 'map': {
      if (!isTree(value)) return complain(value, path, 'map[string]', reading);
      return mapTree(value, (key, item) => readMapValue(shape.item, item, path, key, reading));
    }
    case 'model': {
      if (!isTree(value)) return complain(value, path, type.replace(/^V\d(beta\d)?/, ''), reading);
      return mapTree(value, (key, item) => {
        const field = shape.fields.get(key);
        const fieldPath = path === '' ? key : `${path}.${key}`;
        if (field !== undefined) return read(field.type, item, fieldPath, reading);
        reading.unknown.push(fieldPath);
        return undefined;
      });
    }
    case 'scalar':
      return readScalar(shape.type, value, path, reading);
  }
}

// What Go makes of a null in a list.
function emptyOf(type: string): unknown {
  const shape = shapeOf(type);
  if (shape.kind === 'list') return [];
  if (shape.kind !== 'scalar') return {};
  return type === 'number' ? 0 : type === 'boolean' ? false : type === 'string' ? '' : {};
}

const QUANTITY_MAP = /(^|\.)(limits|requests|capacity|allocatable|hard|used|overhead)$/;
const QUANTITY_FIELD = /(\.averageValue|(target|current)\.value|\.sizeLimit|\.divisor)$/;
const isQuantity = (value: unknown): boolean => typeof value === 'number' || typeof value === 'string';

// Quantities are typed as text by the client, and may be bare numbers on the wire; the server makes them text.
function readMapValue(type: string, value: unknown, path: string, key: string, reading: Reading): unknown {
  if (QUANTITY_MAP.test(path) && isQuantity(value)) return canonicalQuantity(String(value));
  return read(type, value, `${path}.${key}`, reading);
}

function readScalar(type: string, value: unknown, path: string, reading: Reading): unknown {
  switch (type) {
    case 'number':
      return typeof value === 'number' ? value : complain(value, path, 'int32', reading);
    case 'boolean':
      return typeof value === 'boolean' ? value : complain(value, path, 'bool', reading);
    case 'string':
      if (QUANTITY_FIELD.test(path) && isQuantity(value)) return canonicalQuantity(String(value));
      return typeof value === 'string' ? value : complain(value, path, 'string', reading);
    case 'IntOrString':
      return typeof value === 'string' || typeof value === 'number' ? value : complain(value, path, 'intstr', reading);
    default:
      return value;
  }
}

function complain(value: unknown, path: string, wanted: string, reading: Reading): undefined {
  const got = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  reading.wrong ??= `json: cannot unmarshal ${got} into Go struct field .${path} of type ${wanted}`;
  return undefined;
}

function mapTree(tree: Tree, fn: (key: string, value: unknown) => unknown): Tree {
  const out: Tree = {};
  for (const key of Object.keys(tree)) {
    const value = fn(key, tree[key]);
    if (value !== undefined) out[key] = value;
  }
  return out;
}
