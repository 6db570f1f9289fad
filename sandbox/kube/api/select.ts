import type { KubeObject } from '../objects.ts';
import { matches, matchesFields, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { badRequest, fail, type Outcome, succeed } from './failure.ts';
import type { Target } from './request.ts';
import type { Resource } from './resources.ts';

/** The filter that a list, watch or collection delete asks for. */
export function selection(
  resource: Resource,
  target: Target,
  query: URLSearchParams,
): Outcome<(o: KubeObject) => boolean> {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  if (!labels.ok) return fail(badRequest(labels.message));
  const fields = parseFieldSelector(resource.plural, query.get('fieldSelector') ?? '');
  if (!fields.ok) return fail(badRequest(fields.message));
  const { namespace, name } = target;
  return succeed(
    (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (name === undefined || object.metadata.name === name) &&
      matches(labels.value, object.metadata.labels) &&
      matchesFields(fields.value, object),
  );
}
