/** Sandbox time: real time multiplied. All instants are epoch milliseconds of sandbox time unless a name says real. */
export type SandboxClock = {
  /** Sandbox time; inside a tick, the instant that the tick stands for. */
  now(): number;
  /** Real milliseconds until `ms` of sandbox time have passed at the current speed; when paused, 250 (ask again). */
  realDelay(ms: number): number;
  /** Sandbox time as a function of real time: at the real instant `realAt` (epoch ms) it is `at`; from then on `speed` times as fast. */
  line(): { at: number; realAt: number; speed: number };
  speed(): number;
  /** Sandbox seconds per real second, 0 (paused) to 60; throws RangeError outside. */
  setSpeed(speed: number): void;
  /** Jumps `ms` of sandbox time ahead, running every tick on the way, in order, before it returns. */
  step(ms: number): void;
  /** Calls `fn` once per `everyMs` of sandbox time, at multiples of `everyMs`. Answers how to stop it. */
  onTick(everyMs: number, fn: (now: number) => void): () => void;
};

export const MAX_SPEED = 60;
const PAUSED_POLL_MS = 250;
/** Ticks closer together than this in real time are run in one go. */
const MIN_WAIT_MS = 15;
const MAX_WAIT_MS = 1_000;
/** One turn of the event loop runs at most this many ticks, so that HTTP is answered in between. */
const TICKS_PER_TURN = 40;
/** A process that was stopped for long leaves out what it missed beyond this. */
const MAX_BEHIND_MS = 20 * 60_000;

type Subscriber = { everyMs: number; due: number; fn: (now: number) => void; order: number };

/** A clock that starts at `startAt`. `realNow` is monotonic, in milliseconds. The timers don't keep the process alive. */
export function createClock(options: { startAt: number; speed?: number; realNow?: () => number }): SandboxClock {
  const realNow = options.realNow ?? (() => performance.now());
  const subscribers = new Set<Subscriber>();
  let speed = checkSpeed(options.speed ?? 10);
  let anchorReal = realNow();
  let anchor = options.startAt;
  let ticking: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let order = 0;

  const running = (): number => anchor + Math.max(0, realNow() - anchorReal) * speed;
  const reanchor = (): void => {
    anchor = running();
    anchorReal = realNow();
  };

  const next = (until: number): Subscriber | undefined => {
    let first: Subscriber | undefined;
    for (const s of subscribers) {
      if (s.due > until) continue;
      if (!first || s.due < first.due || (s.due === first.due && s.order < first.order)) first = s;
    }
    return first;
  };

  /** Runs what is due until `until`, at most `limit` ticks; true when nothing is left. */
  const run = (until: number, limit: number): boolean => {
    for (let n = 0; n < limit; n++) {
      const s = next(until);
      if (!s) return true;
      ticking = s.due;
      s.due += s.everyMs;
      try {
        s.fn(ticking);
      } finally {
        ticking = undefined;
      }
    }
    return false;
  };

  const pump = (): void => {
    timer = undefined;
    const now = running();
    for (const s of subscribers) {
      if (now - s.due > MAX_BEHIND_MS) s.due = Math.ceil((now - MAX_BEHIND_MS) / s.everyMs) * s.everyMs;
    }
    const caughtUp = run(now, TICKS_PER_TURN);
    schedule(caughtUp ? MIN_WAIT_MS : 0);
  };

  const schedule = (atLeastMs: number): void => {
    clearTimeout(timer);
    timer = undefined;
    if (speed === 0 || subscribers.size === 0) return;
    const due = Math.min(...[...subscribers].map((s) => s.due));
    const wait = (due - running()) / speed;
    timer = setTimeout(pump, Math.min(MAX_WAIT_MS, Math.max(atLeastMs, wait)));
    timer.unref();
  };

  return {
    now: () => ticking ?? running(),
    realDelay: (ms) => (speed === 0 ? PAUSED_POLL_MS : Math.max(0, ms) / speed),
    line: () => ({ at: running(), realAt: Date.now(), speed }),
    speed: () => speed,
    setSpeed(wanted) {
      checkSpeed(wanted);
      reanchor();
      speed = wanted;
      schedule(0);
    },
    step(ms) {
      if (ticking !== undefined) throw new Error('a tick cannot step the clock that runs it');
      reanchor();
      const until = anchor + Math.max(0, ms);
      run(until, Number.POSITIVE_INFINITY);
      anchor = until;
      anchorReal = realNow();
      schedule(0);
    },
    onTick(everyMs, fn) {
      const from = ticking ?? running();
      const subscriber = { everyMs, fn, due: (Math.floor(from / everyMs) + 1) * everyMs, order: order++ };
      subscribers.add(subscriber);
      schedule(0);
      return () => {
        subscribers.delete(subscriber);
        schedule(0);
      };
    },
  };
}

function checkSpeed(speed: number): number {
  if (!Number.isFinite(speed) || speed < 0 || speed > MAX_SPEED)
    throw new RangeError(`speed must be 0 to ${MAX_SPEED}`);
  return speed;
}
