import { object } from '../kube/change.ts';
import type { Container, LabelSelector, Pod } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { selects } from '../kube/selectors.ts';
import { isTree, type Tree } from '../kube/tree.ts';
import type { World } from '../kube/world.ts';

type Part = 'limits' | 'requests';
/** One default: the containers that are without get it, unless they ask for more than `atMost`. */
type Default = { part: Part; resource: string; quantity: string; atMost: string | undefined };

const QUOTED = "'([^']+)'";
const LACKS = `!\\(has\\(c\\.resources\\) && has\\(c\\.resources\\.(limits|requests)\\) && ${QUOTED} in c\\.resources\\.\\w+\\)`;
const FITS = `\\(${LACKS} \\|\\| quantity\\(c\\.resources\\.requests\\[${QUOTED}\\]\\)\\.compareTo\\(quantity\\(${QUOTED}\\)\\) <= 0\\)`;
const GIVEN = `Object\\.spec\\.containers\\{name: c\\.name, resources: Object\\.spec\\.containers\\.resources\\{(limits|requests): \\{${QUOTED}: ${QUOTED}\\}\\}\\}`;
/** CEL of the one form that gives containers a default; there is no CEL here beyond it. */
const DEFAULT = new RegExp(
  `^Object\\{spec: Object\\.spec\\{containers: object\\.spec\\.containers\\.filter\\(c, ${LACKS}(?: && ${FITS})?\\)\\.map\\(c, ${GIVEN}\\)\\}\\}$`,
);

/** What of a MutatingPolicy can't be carried out here; null when all of it can. */
export function unknownIn({ spec = {} }: KubeObject): string | null {
  for (const field of ['matchConditions', 'variables'])
    if (Array.isArray(spec[field]) && spec[field].length > 0) return `the sandbox's Kyverno knows no ${field}`;
  const odd = mutationsOf(spec).findIndex((mutation) => defaultOf(mutation) === null);
  return odd < 0 ? null : `mutations[${odd}]: the sandbox's Kyverno knows only CEL that gives containers a default`;
}

/** Changes a pod that is being made, in place. */
export function applyMutatingPolicy(world: World, { spec = {} }: KubeObject, pod: Pod): void {
  if (!isMeant(world, spec.matchConstraints, pod)) return;
  for (const mutation of mutationsOf(spec)) {
    const given = defaultOf(mutation);
    if (given) for (const container of pod.spec.containers) give(container, given);
  }
}

const mutationsOf = (spec: Tree): Tree[] => (Array.isArray(spec.mutations) ? spec.mutations.filter(isTree) : []);

function defaultOf({ applyConfiguration }: Tree): Default | null {
  const text = isTree(applyConfiguration) ? String(applyConfiguration.expression) : '';
  const found = DEFAULT.exec(text.trim().replace(/\s+/g, ' '));
  if (!found) return null;
  const [, lackedPart, lacked, , , , atMost, part, resource, quantity] = found;
  if (part !== lackedPart || resource !== lacked || resource === undefined || quantity === undefined) return null;
  return { part: part as Part, resource, quantity, atMost };
}

function give(container: Container, { part, resource, quantity, atMost }: Default): void {
  const asked = container.resources?.requests?.[resource];
  if (container.resources?.[part]?.[resource] !== undefined) return;
  if (atMost !== undefined && asked !== undefined && parseQuantity(asked) > parseQuantity(atMost)) return;
  container.resources = {
    ...container.resources,
    [part]: { ...container.resources?.[part], [resource]: quantity },
  };
}

function isMeant(world: World, constraints: unknown, pod: Pod): boolean {
  if (!isTree(constraints)) return false;
  const rules = Array.isArray(constraints.resourceRules) ? constraints.resourceRules.filter(isTree) : [];
  const has = (list: unknown, ...wanted: string[]) => Array.isArray(list) && wanted.some((one) => list.includes(one));
  const forPods = rules.some(
    (rule) => has(rule.apiGroups, '', '*') && has(rule.operations, 'CREATE', '*') && has(rule.resources, 'pods', '*'),
  );
  const namespace = object(world, 'namespaces', undefined, pod.metadata.namespace ?? 'default');
  const fits = (selector: unknown, labels: Record<string, string> | undefined) =>
    !isTree(selector) || selects(selector as LabelSelector, labels);
  return (
    forPods &&
    fits(constraints.namespaceSelector, namespace?.metadata.labels) &&
    fits(constraints.objectSelector, pod.metadata.labels)
  );
}
