import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EffectQueue } from '../adapters/bullmq/jobs.ts';

/** What `/metrics` shows. Label sets are closed: effect kinds and queue states. */
export type Meters = {
  registry: Registry;
  alerts: Counter;
  leftOut: Counter<'reason'>;
  effect<T>(kind: string, run: () => Promise<T>): Promise<T>;
};

/** Of this process since its start. */
export const unhandled = { count: 0 };

export function createMeters(queue: EffectQueue): Meters {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const alerts = new Counter({
    name: 'nightshift_alerts_received_total',
    help: 'Alerts that were taken',
    registers: [registry],
  });
  const leftOut = new Counter({
    name: 'nightshift_alerts_left_out_total',
    help: "Alerts that were refused by name (another cluster's, silenced) or only noted (severity info)",
    labelNames: ['reason'],
    registers: [registry],
  });
  const effects = new Histogram({
    name: 'nightshift_effect_duration_seconds',
    help: 'How long a queued stage ran',
    labelNames: ['effect', 'result'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30],
    registers: [registry],
  });
  new Counter({
    name: 'nightshift_unhandled_rejections_total',
    help: 'Rejections that nobody handled: each is a bug',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(unhandled.count);
    },
  });
  new Gauge({
    name: 'nightshift_queue_jobs',
    help: 'Jobs in the queue by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await queue.counts().catch(() => null);
      for (const [state, count] of Object.entries(counts ?? {})) this.set({ state }, count);
    },
  });
  return {
    registry,
    alerts,
    leftOut,
    async effect(kind, run) {
      const end = effects.startTimer({ effect: kind });
      try {
        const result = await run();
        end({ result: 'ok' });
        return result;
      } catch (error) {
        end({ result: 'error' });
        throw error;
      }
    },
  };
}

/** Over 2 s in either direction the replica changes nothing: an alert rule's business. */
export function measureClock(registry: Registry, { aheadMs }: { aheadMs(): number }): void {
  new Gauge({
    name: 'nightshift_clock_ahead_seconds',
    help: "How far this replica's clock is ahead of the store's",
    registers: [registry],
    collect() {
      this.set(aheadMs() / 1_000);
    },
  });
}

/** Of a Redis that has a limit: full at 1, and then no alert is taken any more. */
export function measureMemory(registry: Registry, ratio: () => Promise<number | null>): void {
  new Gauge({
    name: 'nightshift_redis_memory_ratio',
    help: 'Memory that Redis uses, of its maxmemory',
    registers: [registry],
    async collect() {
      const now = await ratio().catch(() => null);
      if (now !== null) this.set(now);
    },
  });
}

/** Counters whose values are kept elsewhere. */
const counterIn =
  (registry: Registry) => (name: string, help: string, label: string, values: () => Record<string, number>) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(values())) this.inc({ [label]: value }, count);
      },
    });

type Counted = { taken: Record<string, number>; dropped: Record<string, number>; refusedRequests: number };

/** What came by OTLP, and what was left out. Reasons are a closed set. */
export function countTelemetry(
  registry: Registry,
  telemetry: { dropped(): Record<string, number> },
  counts: Counted,
): void {
  const counter = counterIn(registry);
  counter('nightshift_otlp_records_total', 'Records that were taken by OTLP', 'signal', () => counts.taken);
  counter('nightshift_otlp_dropped_total', 'Records that came by OTLP and were not counted', 'reason', () => ({
    ...telemetry.dropped(),
    unreadable: counts.dropped['no sender, id or time'] ?? 0,
  }));
  counter('nightshift_otlp_refused_total', 'Requests that were asked to come again later', 'why', () => ({
    busy: counts.refusedRequests,
  }));
}

type Answering = {
  counts: { answered: Record<string, number>; refused: Record<string, number> };
  streams(): number;
};

/** What KEDA asked. Methods and reasons are closed sets. */
export function countScaler(registry: Registry, scaler: Answering): void {
  const counter = counterIn(registry);
  counter('nightshift_keda_answers_total', 'Calls of KEDA that were answered', 'method', () => scaler.counts.answered);
  counter(
    'nightshift_keda_errors_total',
    'Calls of KEDA that were answered with an error, so that it falls back',
    'reason',
    () => scaler.counts.refused,
  );
  new Gauge({
    name: 'nightshift_keda_streams',
    help: 'Streams that KEDA holds open',
    registers: [registry],
    collect() {
      this.set(scaler.streams());
    },
  });
}
