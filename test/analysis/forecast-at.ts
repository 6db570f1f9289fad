import { type ForecastModel, lookAhead } from '../../src/analysis/forecast.ts';
import type { Series } from '../../src/analysis/series.ts';

/** The median at each instant, with where 95 of 100 lie. */
export function forecastAt(model: ForecastModel, recent: Series, ats: readonly number[]) {
  const outlook = lookAhead(model, recent);
  return ats.map((at) => {
    const [low, median, high] = [outlook(at, 0.025), outlook(at, 0.5), outlook(at, 0.975)];
    return low === null || median === null || high === null ? null : { at, low, median, high };
  });
}
