/** Lets alerts in as long as there is room; who is not let in comes again after `retryAfterS`. */
export type IntakeGate = {
  /** The way out of who was let in, to be called once; or how long to wait. */
  enter(): { leave: () => void } | { retryAfterS: number };
  /** Whether ends alone are taken now: what fires goes before. Null: they are; else how long to wait. */
  endsWaitS(): number | null;
};

export type IntakeLimits = {
  /** Webhooks in work at the same time. */
  atOnce: number;
  /** Incidents that wait for something to be done. */
  backlog: number;
};

export const INTAKE_LIMITS: IntakeLimits = { atOnce: 24, backlog: 3_000 };

const LOOK_EVERY_MS = 1_000;
const TIMERS_ARE_EARLY_MS = 50;
/** Of the limits: what is left above is for what fires. */
const ENDS_UNTIL = 0.7;
const REFUSED_OVER_MS = 10_000;
/** So many refusals more, a second later. */
const REFUSED_A_SECOND = 20;
const MOST_RETRY_S = 60;
const RETRY_AFTER_S = { busy: 2, behind: 10 };

/**
 * Intake's own budget: above so many webhooks at once, or with so much work waiting, nothing new is taken, so that what is taken is seen to and questions that are
 * asked already are answered. The backlog is looked at once a second at most, beside, and while it is too long also when nobody asks, so that it opens by itself; when it can't be seen, it stands in nobody's way.
 */
export function createIntakeGate(
  limits: IntakeLimits,
  backlog: () => Promise<number>,
  now: () => number = () => performance.now(),
): IntakeGate {
  let inside = 0;
  let waiting = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const refused = { since: now(), count: 0 };
  /** The more are sent away, the later they are asked to come: else their asking is all that is done. */
  const later = (leastS: number) => {
    if (now() - refused.since > REFUSED_OVER_MS) Object.assign(refused, { since: now(), count: 0 });
    refused.count += 1;
    return { retryAfterS: Math.min(MOST_RETRY_S, leastS + Math.floor(refused.count / REFUSED_A_SECOND)) };
  };
  const look = () => {
    if (now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = now();
    backlog().then(
      (count) => {
        waiting = count;
        if (waiting > limits.backlog) setTimeout(look, LOOK_EVERY_MS + TIMERS_ARE_EARLY_MS).unref();
      },
      () => {
        waiting = 0;
      },
    );
  };
  return {
    endsWaitS: () =>
      waiting > limits.backlog * ENDS_UNTIL || inside > limits.atOnce * ENDS_UNTIL ? RETRY_AFTER_S.behind : null,
    enter() {
      look();
      if (waiting > limits.backlog) return later(RETRY_AFTER_S.behind);
      if (inside >= limits.atOnce) return later(RETRY_AFTER_S.busy);
      inside += 1;
      let isInside = true;
      return {
        leave: () => {
          if (isInside) inside -= 1;
          isInside = false;
        },
      };
    },
  };
}
