/** So much sandbox time may pass while the app answers a simple question; with more, it could not act when it says it does. */
const MOST_BEHIND_MS = 3_000;
const LOOKS = 5;
const SLOWEST = 5;

/** Remembers how long the last answers took, and says how fast the clock may run. */
export type Pace = {
  /** Real ms that an answer took; the new speed when the machine doesn't keep up with the present one, else null. */
  answered(tookMs: number): number | null;
  speed(): number;
};

/**
 * The clock only ever slows down: what is due was put off by real time at the speed there was, so that a faster clock would find it late. A single slow answer is a moment; the
 * median of five is the machine.
 */
export function createPace(start: number): Pace {
  let speed = start;
  let last: number[] = [];
  return {
    answered(tookMs) {
      last = [...last, tookMs].slice(-LOOKS);
      const median = [...last].sort((a, b) => a - b)[Math.floor(LOOKS / 2)] ?? 0;
      if (last.length < LOOKS || median * speed <= MOST_BEHIND_MS || speed <= SLOWEST) return null;
      speed = Math.max(SLOWEST, Math.round(speed / 2));
      last = [];
      return speed;
    },
    speed: () => speed,
  };
}
