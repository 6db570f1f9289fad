/** Before so many points it isn't known how often a series repeats itself. */
const KNOWN_POINTS = 300;
/** A series that repeats its last value more often than this (whole numbers, idle counters) may stand still. */
const SELDOM = 0.02;
/** Standing still must be this many points long, and clearly longer than ever before. */
const LEAST_RUN = 5;
const LONGER = 1.5;
const LEAST_SURPRISE = 15;
/** Ten times less than by chance alone: one cause holds all of a run's points, so that they aren't independent. */
const PER_POINT = 0.1;
const MOST = 10;

/**
 * Takes a series' values in turn and returns how surprising it is that they stand still: a sensor that is stuck, an exporter that repeats its last answer. In nats, 0 for what
 * moves as ever.
 */
export function stuckScorer(): (value: number) => number {
  let last = Number.NaN;
  let run = 0;
  let longest = 0;
  let repeats = 0;
  let seen = 0;
  return (value) => {
    seen += 1;
    if (value === last) {
      run += 1;
      repeats += 1;
    } else {
      longest = Math.max(longest, run);
      run = 0;
      last = value;
    }
    const chance = (repeats - run + 1) / (seen - run + 2);
    if (seen <= KNOWN_POINTS || run < LEAST_RUN || run <= LONGER * longest + 2 || chance >= SELDOM) return 0;
    const surprise = -run * Math.log(chance);
    return surprise < LEAST_SURPRISE ? 0 : Math.min(MOST, PER_POINT * surprise);
  };
}
