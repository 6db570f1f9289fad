import { type Counted, countsUnder } from './forecast/read-counts.ts';
import { emptyTally, joined, rollingOrigin, type Tally } from './forecast/rolling-origin.ts';
import { shopWeeks } from './forecast/shop-weeks.ts';

type Figures = { points: number; coverage95: number; wape: number; naive_wape: number };

export const about = 'forecasts of traffic beside last week’s (--data)';

/**
 * Bench `forecast`: rolling-origin forecasts from a quarter of an hour to a day ahead, on six weeks of the sandbox's traffic and on
 * the counts of requests under `data` (CSV: timestamp,value). `wape` is Σ|error| / Σ|value|; naive is the same time last week, on
 * the same points.
 */
export async function run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  const sets = new Map<string, Counted>();
  for (const [name, set] of shopWeeks()) sets.set(`sandbox/${name}`, set);
  if (args.data !== undefined) for (const [name, set] of countsUnder(args.data)) sets.set(name, set);
  const whole = new Map<number, Tally>();
  const bySet: Record<string, Figures> = {};
  const sources: Record<string, Tally> = { sandbox: emptyTally(), data: emptyTally() };
  for (const [name, { series, stepMs }] of sets) {
    const own = new Map<number, Tally>();
    rollingOrigin(series, stepMs, own);
    bySet[name] = figuresOf(joined(own.values()));
    for (const [ahead, tally] of own) whole.set(ahead, joined([whole.get(ahead) ?? emptyTally(), tally]));
    const source = name.startsWith('sandbox/') ? 'sandbox' : 'data';
    sources[source] = joined([sources[source]!, ...own.values()]);
    console.log(name, JSON.stringify(bySet[name]));
  }
  const byAhead = [...whole]
    .sort(([a], [b]) => a - b)
    .map(([ahead, tally]) => [`${ahead / 60_000}m`, figuresOf(tally)]);
  return {
    ...figuresOf(joined(whole.values())),
    series: sets.size,
    by_horizon: Object.fromEntries(byAhead),
    sandbox: figuresOf(sources.sandbox!),
    data: sources.data!.points === 0 ? null : figuresOf(sources.data!),
  };
}

function figuresOf({ points, covered, error, naiveError, sum }: Tally): Figures {
  const rounded = (value: number) => Number(value.toFixed(4));
  return {
    points,
    coverage95: rounded(covered / points),
    wape: rounded(error / sum),
    naive_wape: rounded(naiveError / sum),
  };
}
