import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/adapters/otlp/source.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const named = (namespace: string, service: string) => ({
  attributes: [text('k8s.namespace.name', namespace), text('k8s.deployment.name', service)],
});
const cart = { namespace: 'shop', service: 'cart', pod: 'cart-1' };
const podByIp = (ip: string) => (ip === '10.0.0.7' ? cart : null);
const shopOnly = (namespace: string) => namespace === 'shop';
const nobody = () => false;

describe('who a record is of', () => {
  it('is whom it names, where the sender may speak for that namespace', () => {
    expect(sourceOf(named('shop', 'payment-api'), '10.9.9.9', podByIp, shopOnly)).toMatchObject({
      service: 'payment-api',
    });
    expect(sourceOf(named('bank', 'ledger'), '10.9.9.9', podByIp, shopOnly)).toBeNull();
  });

  it('is else the pod at the sender’s address, and only under its own name', () => {
    expect(sourceOf(named('shop', 'cart'), '10.0.0.7', podByIp, nobody)).toEqual(cart);
    expect(sourceOf(undefined, '10.0.0.7', podByIp, nobody)).toEqual(cart);
    expect(sourceOf(named('shop', 'payment-api'), '10.0.0.7', podByIp, nobody)).toBeNull();
    expect(sourceOf({ attributes: [text('service.name', 'payment-api')] }, '10.0.0.7', podByIp, nobody)).toBeNull();
  });

  it('is not somebody else by an address that it only writes down', () => {
    const claimed = { attributes: [text('k8s.pod.ip', '10.0.0.7')] };
    expect(sourceOf(claimed, '10.9.9.9', podByIp, nobody)).toBeNull();
  });
});
