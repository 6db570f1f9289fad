import { deviation } from '../../src/analysis/baseline.ts';
import { prng } from '../../src/analysis/prng.ts';
import type { Series } from '../../src/analysis/series.ts';
import { fitServiceModel, type ServiceModel, scoreService } from '../../src/analysis/service-model.ts';

const METRICS = ['request_rate', 'error_ratio', 'latency_p99', 'cpu_ratio', 'memory_ratio', 'latency_p50'];
const SERVICES = 1000;
/** Services with a model of their own; the others share these models, with their own data. */
const MODELS = 20;
const DAYS = 14;
const STEP_MS = 300_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const END = Date.UTC(2026, 0, 20, 12);

export const about = 'one look at a thousand services';

/**
 * Bench `scan`: the mathematics of one scan, 1,000 services × 6 metrics from data in hand on one core, and of training a
 * service on 14 days at five minutes. Each metric is judged against its baseline and each service by its forest.
 */
export async function run(_args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  const random = prng(11);
  const models: ServiceModel[] = [];
  const trainStart = process.cpuUsage();
  for (let i = 0; i < MODELS; i++) models.push(train(random));
  const trained = process.cpuUsage(trainStart);
  const recent = Array.from({ length: SERVICES }, () => metricsOf(random, 60, MINUTE_MS));
  const start = performance.now();
  let anomalies = 0;
  recent.forEach((metrics, i) => {
    const model = models[i % MODELS]!;
    for (const { metric, baseline } of model.metrics) {
      if (deviation(baseline, metrics[metric]!).probability > 0.99) anomalies += 1;
    }
    if ((scoreService(model, metrics)?.probability ?? 0) > 0.99) anomalies += 1;
  });
  const scanMs = performance.now() - start;
  return {
    services: SERVICES,
    metrics: METRICS.length,
    scan_ms: Number(scanMs.toFixed(1)),
    train_ms_per_service: Number(((trained.user + trained.system) / 1000 / MODELS).toFixed(1)),
    anomalies,
    rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
  };
}

function train(random: () => number): ServiceModel {
  const model = fitServiceModel(metricsOf(random, (DAYS * DAY_MS) / STEP_MS, STEP_MS), { now: END, stepMs: STEP_MS });
  if ('refused' in model) throw new Error(model.refused);
  return model;
}

/** Six made-up metrics that end at `END`, with a rhythm of day and week. */
function metricsOf(random: () => number, points: number, stepMs: number): Record<string, Series> {
  const gauss = () => random() + random() + random() - 1.5;
  const series = (shape: (rhythm: number, noise: number) => number): Series => {
    const times = Float64Array.from({ length: points }, (_, i) => END - (points - 1 - i) * stepMs);
    return { times, values: times.map((at) => shape(rhythmAt(at), gauss())) };
  };
  return {
    request_rate: series((rhythm, noise) => 100 * rhythm + 5 * noise),
    error_ratio: series((_, noise) => Math.max(0, 0.004 * noise)),
    latency_p99: series((rhythm, noise) => 0.2 * rhythm * Math.exp(0.1 * noise)),
    cpu_ratio: series((rhythm, noise) => 0.3 * rhythm + 0.02 * noise),
    memory_ratio: series((_, noise) => 0.5 + 0.01 * noise),
    latency_p50: series((rhythm, noise) => 0.05 * rhythm * Math.exp(0.05 * noise)),
  };
}

function rhythmAt(at: number): number {
  const weekday = new Date(at).getUTCDay();
  const quiet = weekday === 0 || weekday === 6 ? 0.6 : 1;
  return quiet * (1 + 0.5 * Math.sin((2 * Math.PI * (at % DAY_MS)) / DAY_MS));
}
