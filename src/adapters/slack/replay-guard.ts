import type { HeardOnce } from '../../ports/heard-once.ts';

/** A signed request is taken for five minutes; a copy of one within that time is caught here. Six, for clocks that differ. */
const KEEP_MS = 6 * 60_000;

export type ReplayGuard = {
  /** True the first time that a verified request with this signature comes to this replica. Waits for nothing. */
  isNewHere(signature: string): boolean;
  /** True the first time that it comes to any of them; asked once for what is new here. */
  isNewElsewhere(signature: string): Promise<boolean>;
};

/**
 * Remembers the signatures of requests that were verified: in the store, for all replicas, and here, for when the store is away (what a click
 * does needs the store as well). `nowMs` is real time: it is Slack's timestamps that are guarded.
 */
export function createReplayGuard(nowMs: () => number, shared: HeardOnce | null): ReplayGuard {
  const signatures = new Map<string, number>();
  return {
    isNewHere(signature) {
      const oldest = nowMs() - KEEP_MS;
      // A Map keeps the order of insertion, so the old ones come first.
      for (const [known, at] of signatures) {
        if (at > oldest) break;
        signatures.delete(known);
      }
      if (signatures.has(signature)) return false;
      signatures.set(signature, nowMs());
      return true;
    },
    isNewElsewhere: async (signature) =>
      shared ? await shared.first(`slack ${signature}`, KEEP_MS).catch(() => true) : true,
  };
}
