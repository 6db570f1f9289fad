import type { IncomingMessage } from 'node:http';

const HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * True when the caller is this machine and calls us by a name of this machine. The Host check keeps out pages that
 * point a name of theirs at 127.0.0.1; the Origin check, forms and scripts of other sites and of other ports.
 */
export function isFromLoopback(req: IncomingMessage): boolean {
  const remote = req.socket.remoteAddress ?? '';
  if (!/^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(remote)) return false;
  if (!isLocalName(`http://${req.headers.host ?? ''}`)) return false;
  return isOwnPage(req);
}

/** A browser says which page asks: pages of this machine's other ports are others' pages. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

function isLocalName(url: string): boolean {
  try {
    return HOSTS.has(new URL(url).hostname);
  } catch {
    return false;
  }
}
