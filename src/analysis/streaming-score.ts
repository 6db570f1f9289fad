import { emptyMemory, STATISTICS, statisticsOf } from './stream-statistics.ts';
import { stuckScorer } from './stuck-values.ts';
import { emptyPast, surpriseAndLearn } from './surprise.ts';

/** Scores one point: instant in epoch ms, value (NaN is a gap). Returns a score in [0,1]: an alarm is 0.75 and more, all else under 0.5. */
export type StreamScorer = (at: number, value: number) => number;

/** A statistic remembers about a month of five-minute points. */
const MEMORY = 8_640;
/** No statistic alone may count for more than this (nats). */
const MOST_SURPRISE = 20;
/** The alarm line, in nats of mean surprise, for a stream whose past is known. */
const ALARM_LINE = 2.4;
/** A short past calls things rare that are not: until this many points and two weeks (as many at five minutes) the line is higher, */
const KNOWN_POINTS = 4_000;
const KNOWN_MS = 14 * 86_400_000;
/** by this times the logarithm of what is missing, as a factor. */
const UNKNOWN_WEIGHT = 0.7;
/** Who looks more often than every five minutes is wrong more often by chance: the line is higher by this times ln(5 min / step). */
const OFTEN_WEIGHT = 0.6;
const USUAL_STEP_MS = 300_000;
/** The plain value or its change alone suffices when it is rarer than once a week by chance, by this much (nats), */
const SHARP = ['value', 'change from the last 11'];
const ONCE_A_WEEK = 0.5;
/** and counts as no more than this above the line: one view is soon explained by what is unknown, or came before. */
const MOST_ALONE = 1.2;
const WEEK_MS = 7 * 86_400_000;
/** Each alarm so far raises the line for the next ones by this times ln(1 + alarms). */
const FATIGUE = 0.3;
/** After an alarm, silence for this many points, unless something this much more surprising (nats) comes. */
const SILENCE_POINTS = 150;
const BREAKS_SILENCE = 6;
/** What happened before is less of a surprise: -0.5 ln(1 + earlier events of at least 75 % of this size). */
const REPEAT_WEIGHT = 0.5;
const REPEAT_SIZE = 0.75;
const LEAST_ALARM = 0.75;
const JUST_UNDER = 0.4999;
const EVENT_FLOOR = 1.5;
const EVENT_GAP_POINTS = 50;

/**
 * A strictly streaming anomaly scorer for one metric, without parameters to set. Sixteen statistics of the recent past (level,
 * change, spread, against the time of day, novelty of the window) are each turned into a surprise against their own past, as
 * in Lavin & Ahmad's (2015) anomaly likelihood; their mean is what counts, so several views must agree or one be extreme; values that
 * stand still are looked for apart. What has happened often is discounted, and an alarm is followed by silence.
 */
export function streamScorer(): StreamScorer {
  const memory = emptyMemory();
  const pasts = STATISTICS.map(() => emptyPast(MEMORY));
  const discount = repeatDiscount();
  const holdBack = alarmGate();
  const stuck = stuckScorer();
  const pace = paceOf();
  return (at, value) => {
    if (!Number.isFinite(value)) return 0;
    const { stepMs, knownMs } = pace(at);
    const statistics = statisticsOf(memory, at, value);
    let sum = 0;
    let sharpest = 0;
    statistics.forEach((statistic, k) => {
      const surprise = surpriseAndLearn(pasts[k]!, statistic, STATISTICS[k]!.side, MOST_SURPRISE);
      sum += surprise;
      if (IS_SHARP[k] && surprise > sharpest) sharpest = surprise;
    });
    const alone = (ALARM_LINE * sharpest) / Math.max(1, Math.log(WEEK_MS / stepMs) + ONCE_A_WEEK);
    const still = stuck(value);
    const mean = sum / statistics.length;
    const surprise = Math.max(mean, Math.min(alone, ALARM_LINE + MOST_ALONE), still > 0 ? ALARM_LINE + still : 0);
    return holdBack(discount(surprise), stepMs, knownMs);
  };
}

const IS_SHARP = STATISTICS.map(({ name }) => SHARP.includes(name));

/** How far apart the points of a stream are, and since when it is known; ms. */
function paceOf(): (at: number) => { stepMs: number; knownMs: number } {
  let first = Number.NaN;
  let steps = 0;
  return (at) => {
    if (Number.isNaN(first)) first = at;
    else steps += 1;
    const mean = steps === 0 ? USUAL_STEP_MS : (at - first) / steps;
    const stepMs = mean > 0 ? mean : USUAL_STEP_MS;
    return { stepMs, knownMs: stepMs * (steps + 1) };
  };
}

/** Takes the surprise of each point in turn; less for what resembles earlier, separate events. */
function repeatDiscount(): (surprise: number) => number {
  const events: number[] = [];
  let highest = 0;
  let sinceEvent = Number.POSITIVE_INFINITY;
  return (surprise) => {
    sinceEvent += 1;
    if (highest > 0 && sinceEvent > EVENT_GAP_POINTS) {
      events.push(highest);
      highest = 0;
    }
    let alike = 0;
    for (const event of events) if (event >= REPEAT_SIZE * surprise) alike += 1;
    if (surprise > EVENT_FLOOR) {
      highest = Math.max(highest, surprise);
      sinceEvent = 0;
    }
    return surprise - REPEAT_WEIGHT * Math.log(1 + alike);
  };
}

/**
 * Turns surprise into the score: half at the alarm line (higher while the past is short, and after earlier alarms), held under it
 * during the silence after an alarm. An alarm stands out
 * (0.75), so that where a reader draws the line between 0.5 and there makes no difference.
 */
function alarmGate(): (surprise: number, stepMs: number, knownMs: number) => number {
  let seen = 0;
  let alarms = 0;
  let sinceAlarm = Number.POSITIVE_INFINITY;
  let strength = 0;
  return (surprise, stepMs, knownMs) => {
    sinceAlarm += 1;
    seen += 1;
    const unknown = UNKNOWN_WEIGHT * Math.log(Math.max(1, KNOWN_POINTS / seen, KNOWN_MS / knownMs));
    const often = OFTEN_WEIGHT * Math.log(Math.max(1, USUAL_STEP_MS / stepMs));
    const line = ALARM_LINE + unknown + often + FATIGUE * Math.log(1 + alarms);
    const score = surprise <= 0 ? 0 : surprise / (surprise + line);
    if (surprise <= line) return Math.min(score, JUST_UNDER);
    const silent = sinceAlarm <= SILENCE_POINTS;
    if (silent && surprise <= strength + BREAKS_SILENCE) return JUST_UNDER;
    if (!silent) alarms += 1;
    strength = silent ? Math.max(strength, surprise) : surprise;
    sinceAlarm = 0;
    return Math.max(score, LEAST_ALARM);
  };
}
