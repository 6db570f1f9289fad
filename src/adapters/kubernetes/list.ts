import type { ClusterResult } from '../../ports.ts';
import type { Connection } from './connection.ts';
import { isExpired } from './failures.ts';
import { listSchema } from './object-schemas.ts';

const PAGE = 500;
/** Beyond this a list is cut: nothing here needs more, and memory is finite. */
const MAX_ITEMS = 20_000;

export type Page = (limit: number, token: string | undefined) => Promise<unknown>;

/** All items of a paged list. A continue token that expired midway (410) starts the list again, once. */
export async function listAll(connection: Connection, page: Page): Promise<ClusterResult<unknown[]>> {
  return connection.read(async () => {
    try {
      return await allPages(page);
    } catch (error) {
      if (isExpired(error)) return await allPages(page);
      throw error;
    }
  });
}

async function allPages(page: Page): Promise<unknown[]> {
  const items: unknown[] = [];
  let token: string | undefined;
  do {
    const list = listSchema.parse(await page(PAGE, token));
    items.push(...(list.items ?? []));
    token = list.metadata?.continue || undefined;
  } while (token && items.length < MAX_ITEMS);
  return items;
}

/** A raw list of a group's objects, in one namespace or (null) all of them. */
export function listObjects(
  connection: Connection,
  resource: { group: string; version: string; plural: string },
  namespace: string | null,
  labelSelector?: string,
): Promise<ClusterResult<unknown[]>> {
  const { group, version, plural } = resource;
  return listAll(connection, async (limit, token) => {
    const page = { limit, ...(token ? { _continue: token } : {}), ...(labelSelector ? { labelSelector } : {}) };
    if (namespace === null)
      return connection.objects.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural, ...page });
    return connection.objects.listNamespacedCustomObject({ group, version, plural, namespace, ...page });
  });
}

/** Labels as a selector of the API, in a stable order. */
export function selectorText(selector: Record<string, string>): string {
  return Object.entries(selector)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
