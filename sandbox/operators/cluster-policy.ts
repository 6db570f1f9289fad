import type { Pod } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { at, isTree, type Tree } from '../kube/tree.ts';
import { isLike, mergeWithAnchors } from './anchors.ts';

const KNOWN_OPERATORS = ['Equals', 'NotEquals', 'LessThan', 'LessThanOrEquals', 'GreaterThan', 'GreaterThanOrEquals'];

/** What of a ClusterPolicy can't be carried out here; null when all of it that changes objects can. */
export function unknownIn(policy: KubeObject): string | null {
  for (const rule of rulesOf(policy)) {
    const name = String(rule.name);
    const { mutate } = rule;
    if (!isTree(mutate)) continue;
    if (mutate.patchesJson6902 !== undefined || mutate.targets !== undefined)
      return `rule ${name}: the sandbox's Kyverno knows patchStrategicMerge and foreach only`;
    if (rule.preconditions !== undefined || rule.context !== undefined)
      return `rule ${name}: the sandbox's Kyverno knows preconditions in foreach only, and no context`;
    for (const one of trees(mutate.foreach)) {
      if (one.list !== 'request.object.spec.containers')
        return `rule ${name}: the sandbox's Kyverno goes through request.object.spec.containers only`;
      const odd = conditionsOf(one).find(({ operator }) => !KNOWN_OPERATORS.includes(String(operator)));
      if (odd) return `rule ${name}: the sandbox's Kyverno doesn't know the operator ${String(odd.operator)}`;
    }
  }
  return null;
}

/** Changes a pod that is being made, in place, as the policy's rules say. */
export function applyClusterPolicy(policy: KubeObject, pod: Pod): void {
  for (const rule of rulesOf(policy)) {
    const { mutate } = rule;
    if (!isTree(mutate) || !matches(rule.match, pod) || (rule.exclude !== undefined && matches(rule.exclude, pod)))
      continue;
    if (isTree(mutate.patchStrategicMerge)) mergeWithAnchors(pod, mutate.patchStrategicMerge);
    for (const one of trees(mutate.foreach)) {
      for (const element of pod.spec.containers) {
        if (!conditionsOf(one).every((condition) => holds(condition, element))) continue;
        const patch = filled(one.patchStrategicMerge, element);
        if (isTree(patch)) mergeWithAnchors(pod, patch);
      }
    }
  }
}

const trees = (value: unknown): Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
const rulesOf = (policy: KubeObject): Tree[] => trees(policy.spec?.rules);
const conditionsOf = (one: Tree): Tree[] => {
  const { preconditions } = one;
  return Array.isArray(preconditions) ? trees(preconditions) : isTree(preconditions) ? trees(preconditions.all) : [];
};

function matches(match: unknown, pod: Pod): boolean {
  if (!isTree(match)) return false;
  if (isTree(match.resources)) return fits(match.resources, pod);
  const resources = (from: unknown) => trees(from).map((one) => (isTree(one.resources) ? one.resources : {}));
  return match.any !== undefined
    ? resources(match.any).some((one) => fits(one, pod))
    : resources(match.all).every((one) => fits(one, pod));
}

function fits({ kinds, namespaces, operations }: Tree, { metadata }: Pod): boolean {
  const says = (list: unknown, value: string): boolean =>
    !Array.isArray(list) || list.some((one) => isLike(value, String(one)));
  const isPod = !Array.isArray(kinds) || kinds.some((kind) => ['Pod', 'v1/Pod', '*'].includes(String(kind)));
  return isPod && says(namespaces, metadata.namespace ?? 'default') && says(operations, 'CREATE');
}

/** JMESPath of the two forms that defaults need: `element.a.b`, and `element.a.b || 'x'`. */
function filled(value: unknown, element: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, element));
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([k, item]) => [k, filled(item, element)]));
  if (typeof value !== 'string') return value;
  return value.replace(/\{\{\s*element\.([\w.]+)\s*(?:\|\|\s*['`]([^'`]*)['`]\s*)?\}\}/g, (_all, path, otherwise) => {
    const found = at(element, String(path));
    return String(found ?? otherwise ?? '');
  });
}

function holds({ key, operator, value }: Tree, element: unknown): boolean {
  const left = String(filled(key, element));
  const right = String(filled(value, element));
  const [a, b] = [parseQuantity(left), parseQuantity(right)];
  switch (operator) {
    case 'Equals':
      return left === right;
    case 'NotEquals':
      return left !== right;
    case 'LessThan':
      return a < b;
    case 'LessThanOrEquals':
      return a <= b;
    case 'GreaterThan':
      return a > b;
    default:
      return a >= b;
  }
}
