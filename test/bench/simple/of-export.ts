import type { ExportedFiles, ExportedSeries } from '../../../src/cli/exported-files.ts';
import { type Deviation, deviationOf, type Simple, simpleRankings } from './methods.ts';

const OUTSIDE = /laten|err|avail|request|traffic/;

/** The simple methods on exported data; counters are taken as rates, as anybody would plot them. */
export function simpleOfExport(exported: ExportedFiles, since: number, symptomService: string): Simple {
  const deviations = exported.series.map((series): Deviation => {
    const { times, values } = series.metric.endsWith('_total') ? ratesOf(series) : series;
    const before = values.filter((_, i) => times[i]! < since);
    const after = values.filter((_, i) => times[i]! >= since);
    return { entity: series.service, inside: !OUTSIDE.test(series.metric), size: deviationOf(before, after) };
  });
  const entities = [
    ...new Set([
      ...exported.series.map(({ service }) => service),
      ...exported.calls.flatMap(({ from, to }) => [from, to]),
    ]),
  ];
  return simpleRankings(symptomService, entities, exported.calls, deviations);
}

function ratesOf({ times, values }: ExportedSeries): { times: number[]; values: number[] } {
  const rates = values.slice(1).map((value, i) => (value - values[i]!) / Math.max(1, times[i + 1]! - times[i]!));
  return { times: times.slice(1), values: rates };
}
