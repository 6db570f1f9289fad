import { beforeAll, describe, expect, it } from 'vitest';
import { queryRange, type RangeResult } from '../../../sandbox/prometheus/query.ts';
import { EVENING, MINUTE, type VirtualSandbox, virtualSandbox } from '../virtual-sandbox.ts';

const DAY = 86_400_000;
let world: VirtualSandbox;
beforeAll(() => {
  world = virtualSandbox();
  world.advance(15 * MINUTE);
});

function range(query: string, from: number, to: number, step: number): RangeResult['series'] {
  const answer = queryRange(world.store, query, from, to, step);
  if (!answer.ok) throw new Error(answer.error);
  return answer.result.series;
}

const RATE = 'sum(rate(http_requests_total{service="payment-api"}[5m]))';

describe('the history', () => {
  it('is there for fourteen days at once, with a value at every step', () => {
    const [rate] = range(RATE, EVENING - 14 * DAY, EVENING, 5 * MINUTE);
    expect(rate?.values).toHaveLength(14 * 288 + 1);
    expect(Math.min(...rate!.values)).toBeGreaterThan(1);
  });

  it('repeats by day', () => {
    const [rate] = range(RATE, EVENING - 13 * DAY, EVENING, 60 * MINUTE);
    const at = (daysAgo: number, hours: number) => rate!.values[rate!.values.length - 1 - daysAgo * 24 - hours]!;
    expect(at(1, 0)).toBeGreaterThan(2 * at(1, 14));
    expect(Math.abs(at(1, 0) - at(2, 0)) / at(2, 0)).toBeLessThan(0.2);
  });

  it.each([
    RATE,
    'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{service="payment-api"}[5m])))',
    'sum(rate(container_cpu_usage_seconds_total{pod=~"payment-api-.*"}[5m]))',
    'max(container_memory_working_set_bytes{pod=~"payment-api-.*"})',
    'sum(kube_pod_status_ready{condition="true"})',
  ])('goes over into live time without a seam: %s', (query) => {
    const [series] = range(query, EVENING - 15 * MINUTE, EVENING + 15 * MINUTE, MINUTE);
    expect(series?.values).toHaveLength(31);
    for (let i = 1; i < series!.values.length; i++) {
      const [before, after] = [series!.values[i - 1]!, series!.values[i]!];
      expect(Math.abs(after - before) / before, `${i}`).toBeLessThan(0.06);
    }
  });

  it('has rates over two minutes, too', () => {
    const [rate] = range('sum(rate(http_requests_total{service="payment-api"}[2m]))', EVENING - DAY, EVENING, 97_000);
    expect(Math.min(...rate!.values)).toBeGreaterThan(1);
  });

  it('ends for a pod that is gone, and does not begin early for a new one', () => {
    const gone = world.shop.pods().find((p) => p.service.name === 'cart-api')!.name;
    world.cluster.remove('pods', 'shop', gone);
    world.advance(2 * MINUTE);
    const now = world.now();
    expect(world.value(`count(container_memory_working_set_bytes{pod="${gone}"})`)).toBeNaN();
    expect(
      range(`container_memory_working_set_bytes{pod="${gone}"}`, now - DAY, now, 60 * MINUTE)[0]!.values,
    ).toHaveLength(24);
    const fresh = world.shop.pods().filter((p) => p.service.name === 'cart-api' && p.createdAt > EVENING)[0]!.name;
    const [past] = range(`container_memory_working_set_bytes{pod="${fresh}"}`, now - DAY, now, MINUTE);
    expect(past!.times[0]).toBeGreaterThan(EVENING);
    expect(world.value('count(container_memory_working_set_bytes{pod=~"cart-api-.*"})')).toBe(2);
  });

  it('is not a recent change: everything was deployed before it', () => {
    for (const d of world.cluster.list('deployments', 'shop')) {
      expect(Date.parse(d.metadata.creationTimestamp ?? '')).toBeLessThan(EVENING - 30 * DAY);
      expect(d.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    }
    for (const set of world.cluster.list('replicasets', 'shop')) {
      expect(Date.parse(set.metadata.creationTimestamp ?? '')).toBeLessThan(EVENING - 15 * DAY);
    }
    expect(virtualSandbox().cluster.list('events')).toEqual([]);
  });
});
