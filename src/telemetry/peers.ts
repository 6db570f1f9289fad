import type { SpanRecord } from '../domain/telemetry.ts';

/** Whose spans answered calls to a peer (`known`), and those learned since they were last passed on (`unshared`). Bounded. */
export type Peers = { known: Map<string, string>; unshared: Map<string, string> };

const MOST = 2_000;
/** Marks what a call was for by its own words: another's spans may tell whose that is. */
const BY_PEER = '~';
const SEVERAL = '';

export function createPeers(): Peers {
  return { known: new Map(), unshared: new Map() };
}

export const keyOf = ({ namespace, service }: { namespace: string; service: string }): string =>
  `${namespace}/${service}`;
export const byPeer = (peer: string): string => BY_PEER + peer;

/**
 * A peer that answered with spans of its own: its calls are that service's, also those whose answer another replica heard. One behind which several services
 * answer (a gateway) is nobody's other name.
 */
export function learnAlias({ known, unshared }: Peers, peer: string | null, to: string): void {
  if (!peer) return;
  const before = known.get(peer);
  if (before === to || before === SEVERAL || (before === undefined && known.size >= MOST)) return;
  const now = before === undefined ? to : SEVERAL;
  known.set(peer, now);
  unshared.set(peer, now);
}

/** Who an edge leads to, as far as it is known by now. */
export const calleeOf = ({ known }: Peers, key: string): string =>
  key.startsWith(BY_PEER) ? known.get(key.slice(1)) || key.slice(1) : key;

/** A peer's host as a service: `ledger-db`, `ledger-db.shop.svc.cluster.local`. An address is nobody. */
export function peerKey({ peer, source }: SpanRecord): string | null {
  if (!peer || /^[\d.]+(:\d+)?$|^\[?[0-9a-f:]+\]?$/i.test(peer) || peer === 'localhost') return null;
  const [service = '', namespace] = peer.replace(/:\d+$/, '').split('.');
  return keyOf({ namespace: namespace && /\.svc(\.|$)/.test(peer) ? namespace : source.namespace, service });
}
