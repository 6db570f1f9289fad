import { describe, expect, it } from 'vitest';
import { makeTrace, type Span } from '../../../sandbox/telemetry/traces.ts';
import { EVENING, MINUTE, virtualSandbox } from '../virtual-sandbox.ts';

type Traces = { spans: Span[]; failed: Set<string>; ms(service: string): number };

/** Two hundred shoppers on their way through the shop as it is. */
function traces(shop: ReturnType<typeof virtualSandbox>): Traces {
  const byService = new Map<string, Span[]>();
  for (let i = 0; i < 200; i += 1)
    for (const [key, spans] of makeTrace(shop.shop.flows(), (uid) => uid, EVENING + i * 1_000, 7)) {
      const service = key.split('/')[0]!;
      byService.set(service, [...(byService.get(service) ?? []), ...spans]);
    }
  const servers = (service: string) => (byService.get(service) ?? []).filter((span) => span.kind === 2);
  const took = (span: Span) => (Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano)) / 1e6;
  return {
    spans: [...byService.values()].flat(),
    failed: new Set([...byService.keys()].filter((service) => servers(service).some((span) => span.status.code === 2))),
    ms: (service) => servers(service).reduce((sum, span) => sum + took(span), 0) / servers(service).length,
  };
}

describe('the traces of the shop', () => {
  it('hang together: every id once, every parent there, children within it', () => {
    const shop = virtualSandbox();
    shop.advance(MINUTE);
    const { spans } = traces(shop);
    const byId = new Map(spans.map((span) => [span.traceId + span.spanId, span]));
    expect(byId.size).toBe(spans.length);
    // Receivers remember only the end of an id.
    expect(new Set(spans.map((span) => span.spanId.slice(-12))).size).toBe(spans.length);
    expect(spans.filter((span) => !span.parentSpanId)).toHaveLength(200);
    for (const span of spans) {
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
      if (!span.parentSpanId) continue;
      const parent = byId.get(span.traceId + span.parentSpanId);
      expect(Number(span.startTimeUnixNano)).toBeGreaterThanOrEqual(Number(parent?.startTimeUnixNano));
    }
  });

  it('show a slow service to itself and to those that wait for it', () => {
    const shop = virtualSandbox();
    shop.advance(MINUTE);
    const before = traces(shop);
    shop.fault('latency', 'payment-api');
    shop.advance(5 * MINUTE);
    const during = traces(shop);
    expect(during.ms('payment-api')).toBeGreaterThan(2 * before.ms('payment-api'));
    expect(during.ms('checkout-api')).toBeGreaterThan(1.5 * before.ms('checkout-api'));
    expect(during.ms('catalog-api')).toBeLessThan(1.5 * before.ms('catalog-api'));
  });
});
