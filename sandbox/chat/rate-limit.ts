/** A bucket that holds `burst` calls and refills by `perSecond`, in real seconds. */
type Rate = { burst: number; perSecond: number };
export type RateLimits = { post: Rate; update: Rate; other: Rate };

/** What Slack documents: a message a second and channel with short bursts, tier 3 (50 a minute) for edits, tier 4 for most others. */
export const SLACK_RATE_LIMITS: RateLimits = {
  post: { burst: 5, perSecond: 1 },
  update: { burst: 50, perSecond: 50 / 60 },
  other: { burst: 100, perSecond: 100 / 60 },
};

/** The sandbox's default: its clock runs ten times faster than Slack's, so its limits are ten times wider and more. */
export const DEMO_RATE_LIMITS: RateLimits = {
  post: { burst: 60, perSecond: 15 },
  update: { burst: 200, perSecond: 30 },
  other: { burst: 500, perSecond: 100 },
};

export type RateLimiter = {
  /** Takes one call; the answer is 0 when it is let through, else the whole seconds to wait (Retry-After). */
  take(kind: keyof RateLimits): number;
};

/** Token buckets over real time; `realNow` in epoch ms. */
export function createRateLimiter(limits: RateLimits, realNow: () => number): RateLimiter {
  const buckets = new Map<keyof RateLimits, { tokens: number; at: number }>();
  return {
    take(kind) {
      const { burst, perSecond } = limits[kind];
      const now = realNow();
      const bucket = buckets.get(kind) ?? { tokens: burst, at: now };
      bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
      bucket.at = now;
      buckets.set(kind, bucket);
      if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
      bucket.tokens -= 1;
      return 0;
    },
  };
}
