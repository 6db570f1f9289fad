/** Most urgent first: who must be woken, who has it or that it is over, what is asked, what is only written down. */
export type Urgency = 'page' | 'answer' | 'read' | 'note';
const ORDER: readonly Urgency[] = ['page', 'answer', 'read', 'note'];

export type Turn = { go: true } | { go: false; why: 'limited' | 'full'; retryAfterMs: number };

/**
 * One bucket for all that goes to PagerDuty, events and REST: `burst` calls at once, then one each `everyMs`, none before what PagerDuty asked to wait is over, the most urgent first. Only what will be its turn
 * soon waits here; all else is told when to come again, and is due in the store until then: nothing that is refused here is lost.
 */
export type Brake = {
  turn(urgency: Urgency): Promise<Turn>;
  /** Nothing goes before so many ms (Retry-After). */
  hold(ms: number): void;
};

export type BrakeOptions = {
  burst: number;
  everyMs: number;
  /** Waiting here at once. */
  most: number;
  /** Told when so many wait that one was sent away, once a minute at most. */
  onFull?: ((waiting: number) => void) | undefined;
  now?: () => number;
};

/** PagerDuty takes 120 events a minute for a key. */
const DEFAULTS: BrakeOptions = { burst: 20, everyMs: 600, most: 100 };
/** How long it is worth waiting here: the rest is better kept where a crash doesn't reach it. A note has nowhere else. */
const PATIENCE_MS: Record<Urgency, number> = { page: 3_000, answer: 3_000, read: 5_000, note: 60_000 };
const SAID_EVERY_MS = 60_000;

type Waiting = { urgency: Urgency; until: number; done: (turn: Turn) => void };

export function createBrake(given: Partial<BrakeOptions> = {}): Brake {
  const { burst, everyMs, most, onFull, now = () => performance.now() } = { ...DEFAULTS, ...given };
  const waiting: Waiting[] = [];
  let tokens = burst;
  let filledAt = now();
  let held = Number.NEGATIVE_INFINITY;
  let saidAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const fill = () => {
    const more = Math.floor((now() - filledAt) / everyMs);
    tokens = Math.min(burst, tokens + more);
    filledAt = tokens === burst ? now() : filledAt + more * everyMs;
  };
  const heldMs = () => Math.max(0, held - now());
  /** When the one goes who has `ahead` others before it. */
  const waitMs = (ahead: number) => {
    fill();
    const missing = ahead + 1 - tokens;
    return Math.max(heldMs(), missing <= 0 ? 0 : missing * everyMs - (now() - filledAt));
  };
  const next = () => {
    timer = undefined;
    while (waiting.length > 0 && waitMs(0) <= 0) {
      tokens -= 1;
      waiting.shift()!.done({ go: true });
    }
    if (waiting.length > 0) timer = setTimeout(next, Math.ceil(waitMs(0)));
  };
  const tooMany = (one: Pick<Waiting, 'done'>) => {
    if (now() - saidAt >= SAID_EVERY_MS) {
      saidAt = now();
      onFull?.(waiting.length);
    }
    one.done({ go: false, why: 'full', retryAfterMs: waitMs(waiting.length) });
  };
  return {
    turn: (urgency) =>
      new Promise((done) => {
        const place = waiting.findIndex((one) => ORDER.indexOf(one.urgency) > ORDER.indexOf(urgency));
        const ahead = place < 0 ? waiting.length : place;
        const wait = waitMs(ahead);
        const one = { urgency, until: now() + PATIENCE_MS[urgency], done };
        if (wait > PATIENCE_MS[urgency]) return done({ go: false, why: 'limited', retryAfterMs: wait });
        if (waiting.length >= most && place < 0) return tooMany(one);
        waiting.splice(ahead, 0, one);
        if (waiting.length > most) tooMany(waiting.pop()!);
        if (timer === undefined) next();
      }),
    hold(ms) {
      held = Math.max(held, now() + ms);
      const impatient = waiting.filter(({ until }) => until < held);
      for (const one of impatient) {
        waiting.splice(waiting.indexOf(one), 1);
        one.done({ go: false, why: 'limited', retryAfterMs: heldMs() });
      }
    },
  };
}
