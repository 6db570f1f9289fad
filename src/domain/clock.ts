/** The one thing that the app is told of the sandbox: its time. */
export type Clock = {
  /** Epoch milliseconds. */
  now(): number;
  /** Real milliseconds until `ms` of this clock's time have passed. */
  realDelay(ms: number): number;
};
