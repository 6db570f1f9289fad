import type { KubeObject } from '../kube/objects.ts';

/** The parts of structural schemas, short enough that whole kinds can be read at a glance. */
export type Schema = Record<string, unknown>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const whole: Schema = { type: 'integer' };
export const count: Schema = { type: 'integer', minimum: 0, maximum: 4_294_967_295 };
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const texts = list(text);
export const mapOfTexts: Schema = { type: 'object', additionalProperties: text };
export const tree = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
/** What is kept as it comes: a part that nothing here looks into. */
export const open: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
export const oneOf = (...choices: string[]): Schema => ({ type: 'string', enum: choices });

export type Definition = {
  group: string;
  kind: string;
  plural: string;
  shortNames?: string[];
  categories?: string[];
  scope: 'Namespaced' | 'Cluster';
  /** By version, the newest first, which is also the one that is stored; all have the same schema. */
  versions: string[];
  spec: Schema;
  columns: { name: string; jsonPath: string; type?: string }[];
};

/** A CustomResourceDefinition with a status of its own, as the operator's charts install it. */
export function definition(of: Definition): KubeObject {
  const names = {
    plural: of.plural,
    singular: of.kind.toLowerCase(),
    kind: of.kind,
    listKind: `${of.kind}List`,
    ...(of.shortNames ? { shortNames: of.shortNames } : {}),
    ...(of.categories ? { categories: of.categories } : {}),
  };
  const versions = of.versions.map((name, index) => ({
    name,
    served: true,
    storage: index === 0,
    schema: { openAPIV3Schema: tree({ spec: of.spec, status: open }) },
    subresources: { status: {} },
    additionalPrinterColumns: of.columns.map(({ type = 'string', ...column }) => ({ ...column, type })),
  }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${of.plural}.${of.group}` },
    spec: { group: of.group, names, scope: of.scope, versions },
  };
}
