import type { IncomingMessage } from 'node:http';

const HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * True when the caller is this machine and calls us by a name of this machine. The Host check keeps out pages that
 * point a name of theirs at 127.0.0.1; the Origin check, forms and scripts of other sites.
 */
export function isFromLoopback(req: IncomingMessage): boolean {
  const remote = req.socket.remoteAddress ?? '';
  if (!/^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(remote)) return false;
  if (!isLocalName(`http://${req.headers.host ?? ''}`)) return false;
  const { origin } = req.headers;
  return origin === undefined || isLocalName(origin);
}

function isLocalName(url: string): boolean {
  try {
    return HOSTS.has(new URL(url).hostname);
  } catch {
    return false;
  }
}
