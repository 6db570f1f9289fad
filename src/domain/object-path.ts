/** Where a field is: keys, and `name=app` for the element of a list whose `name` is `app`. */
export type ObjectPath = string[];

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at the path; undefined when there is none. */
export function readPath(object: unknown, path: ObjectPath): unknown {
  let value = object;
  for (const part of path) {
    const element = elementName(part);
    if (element !== null)
      value = Array.isArray(value) ? value.find((item) => isRecord(item) && item.name === element) : undefined;
    else value = isRecord(value) ? value[part] : undefined;
  }
  return value;
}

/** As a person reads it: `spec.template.spec.containers[app].resources.limits.memory`. */
export function pathText(path: ObjectPath): string {
  return path.reduce((text, part) => {
    const element = elementName(part);
    if (element !== null) return `${text}[${element}]`;
    return text ? `${text}.${part}` : part;
  }, '');
}

/** Deep equality of JSON values; the order of keys doesn't matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  return stableJson(left) === stableJson(right);
}

function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function elementName(part: string): string | null {
  return part.startsWith('name=') ? part.slice('name='.length) : null;
}
