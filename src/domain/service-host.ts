/** Pure: Istio's reading of the hosts that rules name. A short name is one of the rule's own namespace. */

export type HostMatch = 'exact' | 'wildcard' | null;

const DOMAIN = 'cluster.local';

/** Whether a rule in `ruleNamespace` with this host is about the Service. Full names count whatever the cluster's domain; wildcards are read with `cluster.local`. */
export function hostMatches(
  host: string,
  ruleNamespace: string,
  { namespace, name }: { namespace: string; name: string },
): HostMatch {
  if (host === name) return ruleNamespace === namespace ? 'exact' : null;
  const qualified = `${name}.${namespace}`;
  if (host === qualified || host === `${qualified}.svc` || host.startsWith(`${qualified}.svc.`)) return 'exact';
  if (host === '*') return 'wildcard';
  return host.startsWith('*.') && `${qualified}.svc.${DOMAIN}`.endsWith(host.slice(1)) ? 'wildcard' : null;
}

/** `cart-api.shop.svc.cluster.local` → cart-api in shop. */
export function hostParts(host: string | undefined): { name: string; namespace: string } | null {
  const parts = /^([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc(?:\.|$)/.exec(host ?? '');
  return parts ? { name: parts[1]!, namespace: parts[2]! } : null;
}
