import type { KnownCalls } from './group.ts';

/** Who passes on everybody's requests, or asks everybody how they are: it has no stake of its own in whom it calls. */
const GO_BETWEENS = new Set([
  ...[
    'gateway',
    'ingress',
    'ingressgateway',
    'egressgateway',
    'envoy',
    'nginx',
    'traefik',
    'haproxy',
    'kong',
    'waypoint',
  ],
  ...['prometheus', 'vmagent', 'alloy', 'collector', 'otel', 'exporter', 'scraper', 'blackbox', 'probe', 'prober'],
  ...['synthetic', 'healthcheck', 'kube'],
]);

export const isGoBetween = (name: string): boolean => name.split(/[-._]/).some((part) => GO_BETWEENS.has(part));

/**
 * The direct callers of `touched` (all `namespace/name`), in order, themselves left out: whoever feels it when capacity or answers are taken away there. Gateways, scrapers and what is in a protected namespace
 * aren't among them.
 */
export function directCallers(calls: KnownCalls, touched: string[], protectedNamespaces: string[]): string[] {
  const feels = ([from, to]: [string, Set<string>]): boolean => {
    const [namespace = '', name = ''] = from.split('/');
    if (touched.includes(from) || protectedNamespaces.includes(namespace) || isGoBetween(name)) return false;
    return touched.some((service) => to.has(service));
  };
  return [...calls]
    .filter(feels)
    .map(([from]) => from)
    .sort();
}
