import type { Exporter } from './exporters.ts';
import type { Labels } from './labels.ts';

/** Where a blackbox exporter's jobs say whom they ask. */
const TARGETS = ['target', 'probe_target', 'url', 'uri', 'instance', 'exported_instance', 'host', 'hostname'];
const HOST = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const PROBES = /probe|blackbox|endpoint.?(is.?)?down|ssl.?cert|website/i;

/** The host that a probe asked, without scheme, port and path; null where the alert is none of a probe's. */
export function probedHost(alertName: string, labels: Labels, exporter: Exporter | null): string | null {
  const isProbe = exporter === 'blackbox' || (exporter === null && PROBES.test(alertName));
  for (const label of isProbe ? TARGETS : ['target', 'probe_target']) {
    const host = labels[label] ? hostIn(labels[label]) : null;
    if (host) return host;
  }
  return null;
}

/** `https://auth.shop.example/healthz` → `auth.shop.example`; a URL's or `host:port`'s. Null for anything else, and for a bare word. */
export function hostIn(target: string): string | null {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? target : `tcp://${target}`;
  if (!URL.canParse(url)) return null;
  const host = new URL(url).hostname.toLowerCase();
  return host.length <= 253 && HOST.test(host) && (host.includes('.') || url === target) ? host : null;
}
