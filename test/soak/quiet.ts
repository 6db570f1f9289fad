import { createClock } from '../../sandbox/clock.ts';
import { createCore } from '../../sandbox/core.ts';
import type { LabelledSeries, Metrics } from '../../src/ports/metrics.ts';
import { MINUTE, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { createScanWorld, metricsOn, type ScanWorld } from './scan/scan-world.ts';

const DAY_MS = 86_400_000;
const DAYS = Number(process.env.NIGHTSHIFT_SOAK_DAYS ?? 7);
/** A Monday, or some days later. */
const START = Date.UTC(2026, 5, 8, 0, 0, 0) + Number(process.env.NIGHTSHIFT_SOAK_SKIP_DAYS ?? 0) * DAY_MS;
const LIVE_MS = 75 * MINUTE;

export const about = 'days without a fault: false incidents';

/**
 * Quiet days of the sandbox (rhythm of day and week, noise), scanned every minute against models of the 14 days before;
 * then two harmless deploys in the living sandbox. Every incident is a false one. `NIGHTSHIFT_SOAK_DAYS`: 7 if absent (about four minutes);
 * `NIGHTSHIFT_SOAK_SKIP_DAYS`: the same for later days.
 */
export async function run(): Promise<Record<string, unknown>> {
  const began = performance.now();
  const quiet = await quietDays();
  const deploys = await harmlessDeploys();
  return {
    days: DAYS,
    scans: quiet.scans,
    false_incidents: quiet.told.length,
    deploys: 2,
    deploy_false_incidents: deploys.length,
    told: [...quiet.told, ...deploys],
    seconds: Math.round((performance.now() - began) / 1000),
  };
}

/** The sandbox's past is made from the same formulas as its present, and costs nothing to live through: learn from one, scan in the other. */
async function quietDays(): Promise<{ told: string[]; scans: number }> {
  const before = pastUntil(START);
  const days = pastUntil(START + DAYS * DAY_MS);
  let at = START;
  const slices = dayByDay(days, () => at);
  const world = await createScanWorld(slices, () => at);
  const learned = await createScanWorld(before, () => START);
  await learned.train(START);
  for (const known of learned.models.all()) world.models.keep(known);
  let scans = 0;
  for (; at < START + DAYS * DAY_MS; at += MINUTE) {
    await world.scan();
    scans += 1;
    if (scans % 1440 === 0) console.log(`day ${scans / 1440}: ${world.opened.length} false incidents so far`);
  }
  return { told: toldBy(world), scans };
}

function pastUntil(startAt: number): Metrics {
  const clock = createClock({ startAt, speed: 0 });
  return metricsOn(createCore({ now: clock.now, seed: 42, startAt, remains: undefined }).store);
}

/** One query a day and metric instead of one a scan: the points of a minute grid are the same. */
function dayByDay(metrics: Metrics, now: () => number): Metrics {
  const days = new Map<string, { from: number; series: LabelledSeries[] }>();
  return {
    ...metrics,
    async range(query, fromMs, toMs, stepMs) {
      if (stepMs !== MINUTE || fromMs % MINUTE !== 0) return metrics.range(query, fromMs, toMs, stepMs);
      const from = Math.floor(now() / DAY_MS) * DAY_MS;
      let day = days.get(query);
      if (day?.from !== from) {
        const answer = await metrics.range(query, from - 60 * MINUTE, from + DAY_MS, stepMs);
        if (!answer.ok) return answer;
        day = { from, series: answer.value };
        days.set(query, day);
      }
      const first = (fromMs - (from - 60 * MINUTE)) / MINUTE;
      const last = (toMs - fromMs) / MINUTE + first;
      const value = day.series.map(({ labels, points }) => ({ labels, points: points.slice(first, last + 1) }));
      return { ok: true, value };
    },
  };
}

async function harmlessDeploys(): Promise<string[]> {
  const sandbox = virtualSandbox(Date.UTC(2026, 5, 9, 11, 0, 7));
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now);
  await world.train(sandbox.now());
  for (const service of ['catalog-api', 'checkout-api']) {
    sandbox.cluster.mutate('deployments', 'shop', service, (deployment) => {
      const container = deployment.spec.template.spec.containers[0];
      if (container) container.image = `${container.image?.split(':')[0]}:9.9.9`;
    });
    for (const end = sandbox.now() + LIVE_MS / 2; sandbox.now() < end; ) {
      sandbox.advance(MINUTE);
      await world.scan();
    }
  }
  return toldBy(world);
}

const toldBy = (world: ScanWorld): string[] =>
  world.opened.map(
    (one) => `${new Date(one.openedAt).toISOString()} ${one.anomalies.map((finding) => finding.message).join('; ')}`,
  );
