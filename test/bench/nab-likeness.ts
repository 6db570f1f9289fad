import { likeness } from './nab/likeness.ts';
import { judged, scoreStream } from './nab.ts';

export const about = 'how alike the score of NAB’s files is to their neighbours';

/**
 * Bench `nab-likeness`: the figures of bench `nab` on made-up series of kinds that the development files have few of (heavy-tailed
 * counts, hourly prices, half-hourly rides with holidays, slow temperatures), so that nothing is tuned to those files alone.
 */
export async function run(): Promise<Record<string, unknown>> {
  const scored = likeness().map(scoreStream);
  const profile = { tpWeight: 1, fnWeight: 1, fpWeight: 0.11 };
  const families = [...new Set(scored.map((file) => file.name.split('/')[0]!))];
  const byFamily = families.map((family) => {
    const figures = judged(
      scored.filter((file) => file.name.startsWith(family)),
      profile,
    );
    return [family, { standard: figures.standard_at_alarm_line, false_runs_per_file: figures.false_runs_per_file }];
  });
  return { files: scored.length, ...judged(scored, profile), families: Object.fromEntries(byFamily) };
}
