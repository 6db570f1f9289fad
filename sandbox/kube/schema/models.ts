import { createRequire } from 'node:module';

export type Field = { name: string; type: string };
type ModelClass = { getAttributeTypeMap?: () => { baseName: string; type: string }[] };

const load = createRequire(import.meta.url);
const MODEL = /^[A-Z]\w*$/;
const cache = new Map<string, ReadonlyMap<string, Field> | undefined>();

/** The fields of one of the client library's model classes by wire name, or undefined when `model` isn't one. Only the classes that are asked for are loaded: there are seven hundred. */
export function fieldsOf(model: string): ReadonlyMap<string, Field> | undefined {
  if (!cache.has(model)) cache.set(model, readFields(model));
  return cache.get(model);
}

function readFields(model: string): ReadonlyMap<string, Field> | undefined {
  if (!MODEL.test(model)) return undefined;
  const found = classOf(model);
  if (typeof found?.getAttributeTypeMap !== 'function') return undefined;
  return new Map(found.getAttributeTypeMap().map((a) => [a.baseName, { name: a.baseName, type: a.type }]));
}

function classOf(model: string): ModelClass | undefined {
  try {
    return load(`@kubernetes/client-node/dist/gen/models/${model}.js`)[model];
  } catch (error) {
    // Some scalars are named as classes are: IntOrString.
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** A field's type taken apart: a list, a map, a model or a scalar. */
export type Shape =
  | { kind: 'list'; item: string }
  | { kind: 'map'; item: string }
  | { kind: 'model'; fields: ReadonlyMap<string, Field> }
  | { kind: 'scalar'; type: string };

const shapes = new Map<string, Shape>();

export function shapeOf(type: string): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const shape = readShape(type);
  shapes.set(type, shape);
  return shape;
}

function readShape(type: string): Shape {
  const list = /^Array<(.*)>$/.exec(type);
  if (list !== null) return { kind: 'list', item: list[1] ?? 'any' };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map !== null) return { kind: 'map', item: map[1] ?? 'any' };
  const fields = fieldsOf(type);
  return fields === undefined ? { kind: 'scalar', type } : { kind: 'model', fields };
}
