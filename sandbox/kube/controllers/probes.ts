import type { Container, Pod, Probe } from '../kinds.ts';

/**
 * Why a probe can't succeed whatever the program does: it asks a port on which nothing listens, or asks it another way. A program listens on the TCP ports that its container names. In the
 * kubelet's words; undefined when the program is asked.
 */
export function misdirected(pod: Pod, container: Container, probe: Probe | undefined): string | undefined {
  const ports = container.ports ?? [];
  const asked = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
  if (asked === undefined || ports.length === 0) return undefined;
  const number = typeof asked === 'number' ? asked : ports.find(({ name }) => name === asked)?.containerPort;
  const address = `${pod.status.podIP ?? '10.244.0.1'}:${number ?? asked}`;
  const url = `${(probe?.httpGet?.scheme ?? 'HTTP').toLowerCase()}://${address}${probe?.httpGet?.path ?? '/'}`;
  if (number === undefined) return `strconv.Atoi: parsing "${asked}": invalid syntax`;
  if (!ports.some(({ containerPort }) => containerPort === number)) {
    const refused = `dial tcp ${address}: connect: connection refused`;
    return probe?.httpGet ? `Get "${url}": ${refused}` : refused;
  }
  return probe?.httpGet?.scheme === 'HTTPS'
    ? `Get "${url}": http: server gave HTTP response to HTTPS client`
    : undefined;
}
