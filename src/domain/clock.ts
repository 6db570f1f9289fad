/** The one thing that the app is told of the sandbox: its time. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Real milliseconds until `ms` of this clock's time have passed. */
  realDelay(ms: number): number;
  /** This clock as a function of real time, by which the store reads it off its own clock. Absent: it isn't one, and what it says now is what holds. */
  line?(): ClockLine;
  /** What is wrong with the replica's own clock, in words; null or absent: nothing is known to be. */
  off?(): string | null;
};

/** At the real instant `realAt` (epoch ms) it is `at`; from then on `speed` times as fast. */
export type ClockLine = { at: number; realAt: number; speed: number };

/** Real time itself. */
export const REAL_LINE: ClockLine = { at: 0, realAt: 0, speed: 1 };

export const clockLineOf = (clock: Pick<Clock, 'now' | 'line'>): ClockLine =>
  clock.line?.() ?? { at: clock.now(), realAt: 0, speed: 0 };
