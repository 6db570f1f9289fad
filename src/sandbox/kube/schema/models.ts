import * as client from '@kubernetes/client-node';

export type Field = { name: string; type: string };
type ModelClass = { getAttributeTypeMap?: () => { baseName: string; type: string }[] };

const classes: Record<string, unknown> = client;
const cache = new Map<string, Map<string, Field>>();

/** The fields of one of the client's model classes by wire name, or undefined when `model` isn't one. */
export function fieldsOf(model: string): ReadonlyMap<string, Field> | undefined {
  const known = cache.get(model);
  if (known !== undefined) return known;
  const found = classes[model] as ModelClass | undefined;
  if (typeof found?.getAttributeTypeMap !== 'function') return undefined;
  const fields = new Map(found.getAttributeTypeMap().map((a) => [a.baseName, { name: a.baseName, type: a.type }]));
  cache.set(model, fields);
  return fields;
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
