import { fitForecast } from '../../../src/analysis/forecast.ts';
import { between, type Series, toGrid } from '../../../src/analysis/series.ts';
import { forecastAt } from '../../analysis/forecast-at.ts';

export type Tally = { points: number; covered: number; error: number; naiveError: number; sum: number };

const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 24 * MS_PER_HOUR;
const LEARN_MS = 14 * MS_PER_DAY;
const RECENT_MS = 26 * MS_PER_HOUR;
const WEEK_MS = 7 * MS_PER_DAY;
const AHEAD_MS = [
  15 * 60_000,
  30 * 60_000,
  MS_PER_HOUR,
  2 * MS_PER_HOUR,
  6 * MS_PER_HOUR,
  12 * MS_PER_HOUR,
  MS_PER_DAY,
];

export const emptyTally = (): Tally => ({ points: 0, covered: 0, error: 0, naiveError: 0, sum: 0 });

/**
 * Rolling origin: learned anew every day from what came before (14 days and more where there are, 7 at least), then every hour a
 * forecast at seven horizons from a quarter of an hour to a day. Only instants whose value a week before is known count, so that both
 * are judged on the same.
 */
export function rollingOrigin(series: Series, stepMs: number, tallies: Map<number, Tally>): void {
  const grid = toGrid(series, stepMs);
  const valueAt = (at: number) => grid.values[Math.round((at - grid.from) / stepMs)] ?? Number.NaN;
  const end = grid.from + grid.values.length * stepMs;
  const enough = end - grid.from > 2 * LEARN_MS ? LEARN_MS : WEEK_MS;
  for (let day = grid.from + enough; day < end; day += MS_PER_DAY) {
    const model = fitForecast(between(series, grid.from, day - 1), { now: day - 1, stepMs });
    if (model === null) continue;
    for (let now = day; now < Math.min(day + MS_PER_DAY, end); now += MS_PER_HOUR) {
      const last = now - stepMs;
      const ats = AHEAD_MS.filter((ahead) => ahead >= stepMs).map((ahead) => last + ahead);
      const answers = forecastAt(model, between(series, now - RECENT_MS, now - 1), ats);
      answers.forEach((answer) => {
        if (answer === null) return;
        const [truth, naive] = [valueAt(answer.at), valueAt(answer.at - WEEK_MS)];
        if (Number.isNaN(truth) || Number.isNaN(naive)) return;
        const tally = tallies.get(answer.at - last) ?? emptyTally();
        tallies.set(answer.at - last, tally);
        tally.points += 1;
        tally.covered += Number(truth >= answer.low && truth <= answer.high);
        tally.error += Math.abs(truth - answer.median);
        tally.naiveError += Math.abs(truth - naive);
        tally.sum += Math.abs(truth);
      });
    }
  }
}

/** Several tallies as one. */
export function joined(tallies: Iterable<Tally>): Tally {
  const whole = emptyTally();
  for (const tally of tallies) {
    whole.points += tally.points;
    whole.covered += tally.covered;
    whole.error += tally.error;
    whole.naiveError += tally.naiveError;
    whole.sum += tally.sum;
  }
  return whole;
}
