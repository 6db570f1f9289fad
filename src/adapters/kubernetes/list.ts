import type { LabelSelector } from '../../domain/label-selector.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { isExpired } from './failures.ts';
import { listSchema } from './object-schemas.ts';
import { type Resource, resourcePathOf } from './rest.ts';

const PAGE = 500;
/** Beyond this a list is cut: nothing here needs more, and memory is finite. */
const MAX_ITEMS = 20_000;

/**
 * All items of a paged list, in one namespace or (null) all of them. A continue token that expired midway (410) starts the list again, once.
 */
export async function listObjects(
  connection: Connection,
  resource: Resource,
  namespace: string | null,
  selectors: { labelSelector?: string; fieldSelector?: string } = {},
): Promise<ClusterResult<unknown[]>> {
  const page = (token: string | undefined) =>
    connection.json({
      method: 'GET',
      path: resourcePathOf({ ...resource, namespace }),
      query: { limit: PAGE, continue: token, ...selectors },
    });
  return connection.read(async () => {
    try {
      return await allPages(page);
    } catch (error) {
      if (isExpired(error)) return await allPages(page);
      throw error;
    }
  });
}

async function allPages(page: (token: string | undefined) => Promise<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  let token: string | undefined;
  do {
    const { data: list } = listSchema.safeParse(await page(token));
    // A proxy's or a login's own JSON isn't a cluster without objects.
    if (!list) throw new Error('what answers there lists no objects');
    items.push(...(list.items ?? []));
    token = list.metadata?.continue || undefined;
  } while (token && items.length < MAX_ITEMS);
  return items;
}

/** Labels and expressions as a selector of the API, in a stable order. */
export function selectorText(
  selector: Record<string, string>,
  expressions: LabelSelector['matchExpressions'] = [],
): string {
  const labels = Object.entries(selector)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [...labels, ...expressions.map(expressionText)].join(',');
}

function expressionText({ key, operator, values }: LabelSelector['matchExpressions'][number]): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}
