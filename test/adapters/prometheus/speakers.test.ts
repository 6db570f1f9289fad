import { describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../../src/adapters/prometheus/service-queries.ts';

const ASKED = ['request_rate', 'error_ratio', 'latency_p99', 'latency_p50'] as const;

describe('who may speak for a service in metrics', () => {
  it('is itself alone where nobody else is configured', () => {
    const queries = createServiceQueries({ speakers: [] });
    for (const metric of ASKED) {
      const query = queries.ofService(metric, 'shop', 'cart');
      expect(query).not.toContain('nginx_ingress_controller');
      // A proxy is scraped in the namespace of its service.
      for (const selector of query.match(/istio_\w+\{[^}]*\}/g) ?? []) expect(selector).toContain('namespace="shop"');
    }
  });

  it('is an ingress controller by the job and namespace that it is scraped under, and no other', () => {
    const { ofService } = createServiceQueries({
      speakers: [{ namespace: 'ingress-nginx', job: 'controller"} or up{' }],
    });
    const selectors =
      ofService('request_rate', 'shop', 'cart').match(/nginx_\w+\{(?:"(?:[^"\\]|\\.)*"|[^}"])*\}/g) ?? [];
    expect(selectors).toHaveLength(2);
    for (const selector of selectors) expect(selector).toContain('job="controller\\"} or up{"');
    expect(selectors[1]).toContain(',namespace="ingress-nginx"');
  });

  it('never makes Nightshift act: what an action is founded on is of the service itself', () => {
    const queries = createServiceQueries({ speakers: [{ namespace: 'ingress-nginx', job: 'controller' }] });
    expect(queries.ofService('error_ratio', 'shop', 'cart')).toContain('nginx_ingress');
    expect(queries.own!.ofService('error_ratio', 'shop', 'cart')).not.toContain('nginx_ingress');
  });
});
