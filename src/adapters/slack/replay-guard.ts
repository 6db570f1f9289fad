/** Bolt takes a signed request for five minutes; a copy of one within that time is caught here. Six, for clocks that differ. */
const KEEP_MS = 6 * 60_000;

export type ReplayGuard = {
  seen(signature: string): boolean;
  /** True the first time. */
  remember(signature: string): boolean;
};

/** Remembers the signatures of requests that were verified. `nowMs` is real time: it is Slack's timestamps that are guarded. */
export function createReplayGuard(nowMs: () => number): ReplayGuard {
  const signatures = new Map<string, number>();
  const forget = () => {
    const oldest = nowMs() - KEEP_MS;
    // A Map keeps the order of insertion, so the old ones come first.
    for (const [signature, at] of signatures) {
      if (at > oldest) return;
      signatures.delete(signature);
    }
  };
  return {
    seen(signature) {
      forget();
      return signatures.has(signature);
    },
    remember(signature) {
      forget();
      if (signatures.has(signature)) return false;
      signatures.set(signature, nowMs());
      return true;
    },
  };
}
