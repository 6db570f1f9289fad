import { addTiming } from '../analysis/rank-traces.ts';
import type { SpanRecord } from '../domain/telemetry.ts';
import { edgeIn, type Minutes, type Refused, serviceIn } from './minutes.ts';
import { byPeer, createPeers, keyOf, learnAlias, type Peers, peerKey } from './peers.ts';
import { countRequest, operationIn } from './service-minute.ts';

/** A span that waits for its children: what they cover of it, and whom a client's call reached. */
type Open = {
  span: SpanRecord;
  arrivedAt: number;
  linked: boolean;
  childMs: number;
  childFrom: number;
  childTo: number;
  callee: string | null;
  calleeMs: number;
  /** Of a client's call, whom it was for by its own words; made out when first asked for. */
  peer?: string | null;
};

/**
 * Spans of the last moments, joined to their parents in whatever order they come. Bounded: at `limit` the oldest is counted as it
 * is. A whole trace is never kept, and never needed.
 */
export type SpanJoiner = {
  minutes: Minutes;
  open: Map<number, Open>;
  limit: number;
  refused: (why: Refused) => void;
  peers: Peers;
  /** The recent share of spans whose parent never came, 0..1. */
  orphans: number;
  /** Whether other replicas take spans too. */
  several: () => boolean;
};

/** Spans of one trace come within this time of one another, or not at all. */
const PATIENCE_MS = 20_000;
const OPEN_SPANS = 100_000;
/** Over how many spans the share of spans without their parent is averaged, and from which share on traces count as split between replicas. */
const ORPHAN_WEIGHT = 1 / 1_000;
const SPLIT_SHARE = 0.2;

export function createSpanJoiner(
  minutes: Minutes,
  refused: SpanJoiner['refused'],
  { limit = OPEN_SPANS, several = () => false }: { limit?: number; several?: () => boolean } = {},
): SpanJoiner {
  return { minutes, open: new Map(), limit, refused, peers: createPeers(), orphans: 0, several };
}

export const edgeKey = (from: string, to: string): string => `${from}\n${to}`;

export function addSpans(joiner: SpanJoiner, spans: readonly SpanRecord[]): void {
  const arrivedAt = joiner.minutes.now();
  for (const span of spans) {
    const known = joiner.open.get(span.spanKey);
    // The same span again, as a sender repeats a batch whose answer was lost.
    if (known) continue;
    const open: Open = {
      span,
      arrivedAt,
      linked: false,
      childMs: 0,
      childFrom: Number.POSITIVE_INFINITY,
      childTo: 0,
      callee: null,
      calleeMs: 0,
    };
    joiner.open.set(span.spanKey, open);
    link(joiner, open);
  }
  settleTraces(joiner, arrivedAt);
}

/** Counts what has waited long enough, or is beyond the limit. */
export function settleTraces(joiner: SpanJoiner, now: number): void {
  for (const [key, open] of joiner.open) {
    if (joiner.open.size <= joiner.limit && now - open.arrivedAt < PATIENCE_MS) return;
    link(joiner, open);
    joiner.open.delete(key);
    count(joiner, open);
  }
}

/** Tells the parent of a child. A parent that comes later is found when the child is counted: it is then still there. */
function link(joiner: SpanJoiner, child: Open): void {
  const { span } = child;
  if (child.linked || span.parentKey === 0) return;
  const parent = joiner.open.get(span.parentKey);
  if (!parent) return;
  child.linked = true;
  parent.childMs += span.durationMs;
  parent.childFrom = Math.min(parent.childFrom, span.startMs);
  parent.childTo = Math.max(parent.childTo, span.startMs + span.durationMs);
  const from = keyOf(parent.span.source);
  const to = keyOf(span.source);
  if (from === to) return;
  if (parent.span.kind === 'client') {
    if (parent.callee !== to) learnAlias(joiner.peers, peerOf(parent), to);
    parent.callee = to;
    parent.calleeMs += span.durationMs;
  } else {
    countCall(joiner, parent.span, to, null, span.failed);
  }
}

/**
 * Several replicas, and many spans without their parent: each replica sees only a part of a trace. A span's own time (without its children) and a call's network time (beyond its callee) would then come out too
 * high, so neither is told.
 */
const isSplit = (joiner: SpanJoiner): boolean => joiner.orphans > SPLIT_SHARE && joiner.several();

function peerOf(open: Open): string | null {
  if (open.peer === undefined) open.peer = peerKey(open.span);
  return open.peer;
}

function count(joiner: SpanJoiner, open: Open): void {
  const { span } = open;
  if (span.parentKey !== 0) joiner.orphans += ((open.linked ? 0 : 1) - joiner.orphans) * ORPHAN_WEIGHT;
  const key = keyOf(span.source);
  const service = serviceIn(joiner.minutes, span.startMs, key);
  if (typeof service === 'string') {
    joiner.refused(service);
    return;
  }
  if (span.kind === 'client') {
    const peer = peerOf(open);
    const to = open.callee ?? (peer && byPeer(peer));
    const waitMs = open.callee === null && isSplit(joiner) ? null : Math.max(0, span.durationMs - open.calleeMs);
    if (to && peer !== key) countCall(joiner, span, to, waitMs, span.failed);
    return;
  }
  const operation = operationIn(service, span.operation, joiner.minutes.limits);
  if (span.kind === 'server') countRequest(service, operation, span.durationMs, span.failed);
  if (!isSplit(joiner)) addTiming(operation.self, selfMs(open));
}

/** Children that overlap are counted once, as well as their hull tells; a child's fast clock can't make a parent's time negative. */
function selfMs({ span, childMs, childFrom, childTo }: Open): number {
  const covered = Math.min(childMs, Math.max(0, childTo - childFrom));
  return Math.max(0, span.durationMs - covered);
}

function countCall(joiner: SpanJoiner, from: SpanRecord, to: string, waitMs: number | null, failed: boolean): void {
  const edge = edgeIn(joiner.minutes, from.startMs, edgeKey(keyOf(from.source), to));
  if (typeof edge === 'string') {
    joiner.refused(edge);
    return;
  }
  edge.calls += 1;
  if (failed) edge.failed += 1;
  if (waitMs !== null) addTiming(edge.wait, waitMs);
}
