import type { NetworkPolicy } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { lastWrite } from './last-write.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { networkPolicySchema } from './object-schemas.ts';

const MAX_POLICIES = 500;

/** NetworkPolicies of a namespace: whose traffic they rule, and when they were last written. */
export async function listNetworkPolicies(
  connection: Connection,
  namespace: string,
): Promise<ClusterResult<NetworkPolicy[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const resource = { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies' };
  const items = await listObjects(connection, resource, namespace);
  return items.ok ? { ok: true, value: items.value.slice(0, MAX_POLICIES).flatMap(toPolicy) } : items;
}

function toPolicy(item: unknown): NetworkPolicy[] {
  const parsed = networkPolicySchema.safeParse(item);
  if (!parsed.success) return [];
  const { metadata, spec } = parsed.data;
  const expressions = spec?.podSelector?.matchExpressions ?? [];
  return [
    {
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      ...lastWrite(metadata),
      selector: {
        matchLabels: spec?.podSelector?.matchLabels ?? {},
        matchExpressions: expressions.map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })),
      },
      directions: (['Ingress', 'Egress'] as const).filter((one) => (spec?.policyTypes ?? ['Ingress']).includes(one)),
    },
  ];
}
