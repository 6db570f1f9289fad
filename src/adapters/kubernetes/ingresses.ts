import { z } from 'zod';
import type { IngressInfo } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { metadataSchema } from './object-schemas.ts';

const INGRESSES = { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses' };

const backend = z.looseObject({ service: z.looseObject({ name: z.string() }).nullish() }).nullish();
const ingressSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z
    .looseObject({
      defaultBackend: backend,
      rules: z
        .array(
          z.looseObject({
            host: z.string().nullish(),
            http: z
              .looseObject({ paths: z.array(z.looseObject({ path: z.string().nullish(), backend })).nullish() })
              .nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

/** The Ingresses of a namespace or (null) of all, and whom they send requests to. A cluster without the kind has none. */
export async function listIngresses(
  connection: Connection,
  namespace: string | null,
): Promise<ClusterResult<IngressInfo[]>> {
  const bad = namespace === null ? null : badName(namespace);
  if (bad) return bad;
  const items = await listObjects(connection, INGRESSES, namespace);
  if (!items.ok) return items.failure.kind === 'not_found' ? { ok: true, value: [] } : items;
  return { ok: true, value: items.value.map(toIngress) };
}

function toIngress(item: unknown): IngressInfo {
  const { metadata, spec } = ingressSchema.parse(item);
  const fallback = spec?.defaultBackend?.service?.name;
  const routes = (spec?.rules ?? []).flatMap(({ host, http }) =>
    (http?.paths ?? []).flatMap((one) => {
      const service = one.backend?.service?.name;
      return service ? [{ host: host ?? null, path: one.path ?? '/', service }] : [];
    }),
  );
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    routes: fallback ? [...routes, { host: null, path: '/', service: fallback }] : routes,
  };
}
