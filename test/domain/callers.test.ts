import { describe, expect, it } from 'vitest';
import { directCallers, isGoBetween } from '../../src/domain/callers.ts';

const calls = new Map([
  ['shop/checkout-api', new Set(['shop/payment-api', 'shop/cart-api'])],
  ['shop/storefront', new Set(['shop/checkout-api'])],
  ['shop/edge-gateway', new Set(['shop/payment-api'])],
  ['shop/prometheus-server', new Set(['shop/payment-api'])],
  ['kube-system/metrics-agent', new Set(['shop/payment-api'])],
  ['shop/payment-api', new Set(['shop/payment-api', 'shop/ledger'])],
]);

describe('who feels it when capacity is taken away', () => {
  it('are the direct callers: no gateway, no scraper, nothing protected, and not the service itself', () => {
    expect(directCallers(calls, ['shop/payment-api'], ['kube-system'])).toEqual(['shop/checkout-api']);
    expect(directCallers(calls, ['shop/ledger'], ['kube-system'])).toEqual(['shop/payment-api']);
    expect(directCallers(calls, ['shop/cart-api', 'shop/checkout-api'], [])).toEqual(['shop/storefront']);
  });

  it.each([
    ['istio-ingressgateway', true],
    ['nginx-ingress-controller', true],
    ['otel-collector', true],
    ['checkout-api', false],
    ['gatewayless', false],
    ['delivery-prober', true],
  ])('takes %s for a go-between: %s', (name, is) => {
    expect(isGoBetween(name)).toBe(is);
  });
});
