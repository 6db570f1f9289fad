import type { KubeObject } from '../kube/objects.ts';

/** What the shop needs of the Kubernetes cluster that it runs in. */
export type ShopCluster = {
  list(resource: string, namespace?: string): readonly KubeObject[];
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  apply(object: KubeObject): KubeObject;
  mutate(
    resource: string,
    namespace: string | undefined,
    name: string,
    change: (object: KubeObject) => void,
    /** Who is recorded as having written it; nobody when absent. */
    manager?: string,
  ): KubeObject | undefined;
  remove(resource: string, namespace: string | undefined, name: string): void;
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void;
};

/** The value at a path of fields and indices, or undefined. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}

export function textAt(value: unknown, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: unknown, ...path: (string | number)[]): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

const UNITS: Record<string, number> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Kubernetes quantity (`512Mi`, `500m`, `2`) as a number; NaN when it isn't one. */
export function quantity(text: unknown): number {
  if (typeof text === 'number') return text;
  const found = /^([+-]?[0-9.]+(?:e[+-]?\d+)?)([a-zA-Z]*)$/i.exec(typeof text === 'string' ? text.trim() : '');
  if (!found) return Number.NaN;
  const unit = found[2] === '' ? 1 : UNITS[found[2]!];
  return unit === undefined ? Number.NaN : Number(found[1]) * unit;
}
