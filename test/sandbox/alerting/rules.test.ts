import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../../../sandbox/alerting/rules.ts';
import { compareInstant } from '../prometheus/comparison.ts';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../prometheus/real-prometheus.ts';
import { asOpenMetrics, type SampleSet, samplesOf } from '../prometheus/sample-set.ts';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../virtual-sandbox.ts';

/** Trouble under which no series ends: what has ended is stale at once for us, and can't be told to a Prometheus by backfilling. */
const FAULTS = [
  ['latency', 'payment-api', 1],
  ['memory-leak', 'cart-api', 2],
  ['bad-config', 'storefront', 1],
  ['node-pressure', 'catalog-api', 1],
  ['volume-filling', 'ledger-db', 1],
] as const;
const FIRING = [
  'ContainerMemoryHigh',
  'HighLatencyP99',
  'HighErrorRate',
  'KubeNodePressure',
  'KubePersistentVolumeFillingUp',
];

describe.skipIf(!hasPrometheus() && process.env.CI !== 'true')('the alert rules, beside a real Prometheus', () => {
  let world: VirtualSandbox;
  let real: RealPrometheus;
  beforeAll(async () => {
    world = virtualSandbox();
    for (const [kind, service, severity] of FAULTS) world.fault(kind, service, severity);
    world.advance(11 * MINUTE);
    real = await startPrometheus(asOpenMetrics(lastSamples(world)));
  });
  afterAll(() => real?.stop());

  it.each(ALERT_RULES.map((r) => [r.alert, r.expr]))('%s has the same results', async (alert, expr) => {
    let results = 0;
    for (const ago of [0, 30_000, 100_000])
      results += await compareInstant(world.store, real.url, expr, world.now() - ago);
    if (FIRING.includes(alert)) expect(results).toBeGreaterThan(0);
  });
});

/** Fifteen minutes of every series. */
function lastSamples({ store, now }: VirtualSandbox): SampleSet {
  const all = { name: '__name__', kind: '!=', value: '', matches: (v: string) => v !== '' } as const;
  return store
    .select([all], 0, now())
    .map((series) => ({ labels: series.labels, ...samplesOf(series, now() - 15 * MINUTE, now()) }));
}
