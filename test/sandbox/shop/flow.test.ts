import { describe, expect, it } from 'vitest';
import { emptyFlowState, type FlowInput, type FlowPod, solveFlow } from '../../../sandbox/shop/flow.ts';
import { quantile99 } from '../../../sandbox/shop/latency.ts';
import { SERVICES } from '../../../sandbox/shop/services.ts';
import { shopperTraffic } from '../../../sandbox/shop/traffic.ts';

const HEALTHY: Omit<FlowPod, 'key'> = { slow: 1, capacity: 1, errorRatio: 0, hangs: false };

/** The state after ten minutes of steady traffic. `replicas` and `pods` change single services. */
function settled(
  options: { replicas?: Record<string, number>; pods?: Record<string, Partial<FlowPod>>; rps?: number } = {},
) {
  const inputs = new Map<string, FlowInput>();
  for (const s of SERVICES) {
    const n = options.replicas?.[s.name] ?? s.replicas;
    const pods = Array.from({ length: n }, (_, i) => ({
      ...HEALTHY,
      ...options.pods?.[s.name],
      key: `${s.name}-${i}`,
    }));
    inputs.set(s.name, { pods, extraRps: 0 });
  }
  const state = emptyFlowState();
  let flows = solveFlow(inputs, options.rps ?? 170, state, 5);
  for (let i = 0; i < 120; i++) flows = solveFlow(inputs, options.rps ?? 170, state, 5);
  return (name: string) => {
    const flow = flows.get(name)!;
    return { rps: flow.offeredRps, errors: flow.errorRatio, p99: quantile99(flow.latency), waiting: flow.waiting };
  };
}

describe('traffic through the shop', () => {
  it('is well within what a healthy shop takes', () => {
    const at = settled();
    for (const s of SERVICES) {
      expect(at(s.name).errors, s.name).toBeLessThan(0.005);
      expect(at(s.name).p99, s.name).toBeLessThan(0.5);
    }
  });

  it('costs latency long before it costs errors', () => {
    const busy = settled({ rps: 340 })('payment-api');
    expect(busy.p99).toBeGreaterThan(1.2 * settled()('payment-api').p99);
    expect(busy.errors).toBeLessThan(0.01);
  });

  it('grows by retries when what is called fails', () => {
    const usual = settled()('payment-api').rps;
    const failing = settled({ pods: { 'payment-api': { errorRatio: 0.5 } } });
    expect(failing('payment-api').rps).toBeGreaterThan(1.4 * usual);
    expect(failing('checkout-api').errors).toBeGreaterThan(0.2);
    expect(failing('checkout-api').errors).toBeLessThan(0.3);
  });

  it('needs more pods only where the bottleneck is', () => {
    const slowDatabase = { pods: { 'ledger-db': { capacity: 0.3 } } };
    const before = settled(slowDatabase)('payment-api');
    expect(before.p99).toBeGreaterThan(2);
    expect(settled({ ...slowDatabase, replicas: { 'payment-api': 9 } })('payment-api').p99).toBeGreaterThan(2);
    expect(settled({ ...slowDatabase, replicas: { 'ledger-db': 6 } })('payment-api').p99).toBeLessThan(1);
  });

  it('falls back on the catalogue database when the cache is gone, and drowns it', () => {
    const at = settled({ replicas: { 'session-cache': 0 } });
    expect(at('catalog-db').rps).toBeGreaterThan(4 * settled()('catalog-db').rps);
    expect(at('catalog-db').errors).toBeGreaterThan(0.3);
  });

  it('waits in the queue when its consumer is too small, without an error for anybody', () => {
    const at = settled({ pods: { 'order-worker': { capacity: 0.2 } } });
    expect(at('order-worker').waiting).toBeGreaterThan(1_000);
    expect(at('checkout-api').errors).toBeLessThan(0.005);
    expect(at('checkout-api').p99).toBeLessThan(0.5);
  });

  it('is refused where no pod is left', () => {
    const at = settled({ replicas: { 'payment-api': 0 } });
    expect(at('payment-api').errors).toBe(1);
    expect(at('checkout-api').errors).toBeGreaterThan(0.99);
    expect(at('catalog-api').errors).toBeLessThan(0.005);
  });
});

describe('shoppers', () => {
  const at = (day: number, hour: number, seed = 1) => shopperTraffic(seed, Date.UTC(2026, 5, day, hour));

  it('come most in the evening and least at night, fewer at weekends', () => {
    expect(at(4, 19)).toBeGreaterThan(2 * at(4, 3));
    expect(at(6, 19)).toBeLessThan(0.9 * at(4, 19));
  });

  it('are the same for the same seed and others for another', () => {
    expect(at(4, 19)).toBe(at(4, 19));
    expect(at(4, 19)).not.toBe(at(4, 19, 2));
  });

  it('never jump between one minute and the next', () => {
    const start = Date.UTC(2026, 5, 1);
    for (let m = 0; m < 14 * 1_440; m++) {
      const [a, b] = [shopperTraffic(1, start + m * 60_000), shopperTraffic(1, start + (m + 1) * 60_000)];
      expect(Math.abs(b - a) / a).toBeLessThan(0.2);
    }
  });
});
