import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { type ForecastModel, fitForecast } from '../analysis/forecast.ts';
import { learnSchedule } from '../analysis/learned-schedule.ts';
import type { Series, Span } from '../analysis/series.ts';
import type { CronWindow, DemandSettings } from '../domain/types/demand.ts';

/** The worker thread that learns demand: a service's past request rate in, its forecast model and its weekly schedule out. */

export type DemandInput = {
  history: Series;
  now: number;
  stepMs: number;
  exclude: Span[];
  settings: DemandSettings;
};
export type LearnedDemand = { model: ForecastModel | null; schedule: CronWindow[] | null };

function learn({ history, settings, ...options }: DemandInput): LearnedDemand {
  return { model: fitForecast(history, options), schedule: learnSchedule(history, { ...options, ...settings }) };
}

// Messages and clicks come first. On Linux this is of the calling thread alone; elsewhere it would be of the whole process.
if (parentPort && process.platform === 'linux') setPriority(10);

parentPort?.on('message', (input: DemandInput) => {
  parentPort?.postMessage(learn(input));
});
