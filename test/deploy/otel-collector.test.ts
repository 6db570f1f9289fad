import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

type Components = Record<string, Record<string, unknown> | null>;
type Pipeline = { receivers: string[]; processors: string[]; exporters: string[] };
type Collector = {
  receivers: Components;
  processors: Components;
  exporters: Components;
  connectors: Components;
  extensions: Components;
  service: { extensions: string[]; pipelines: Record<string, Pipeline> };
};

const file = new URL('../../deploy/examples/otel-collector.yaml', import.meta.url);
const collector = parse(readFileSync(file, 'utf8')) as Collector;
const pipelines = Object.entries(collector.service.pipelines);
const names = (components: Components) => Object.keys(components);

describe('the example of a Collector', () => {
  it('has pipelines of components that are there, and no component that is in none', () => {
    const connectors = names(collector.connectors);
    for (const [name, { receivers, processors, exporters }] of pipelines) {
      expect(name).toMatch(/^(traces|logs|metrics)(\/\w+)?$/);
      expect([...names(collector.receivers), ...connectors]).toEqual(expect.arrayContaining(receivers));
      expect(names(collector.processors)).toEqual(expect.arrayContaining(processors));
      expect([...names(collector.exporters), ...connectors]).toEqual(expect.arrayContaining(exporters));
    }
    const used = (role: keyof Pipeline) => new Set(pipelines.flatMap(([, pipeline]) => pipeline[role]));
    for (const name of names(collector.receivers)) expect(used('receivers')).toContain(name);
    for (const name of names(collector.processors)) expect(used('processors')).toContain(name);
    for (const name of names(collector.exporters)) expect(used('exporters')).toContain(name);
    for (const name of connectors) expect(used('receivers').has(name) && used('exporters').has(name)).toBe(true);
    expect(collector.service.extensions).toEqual(names(collector.extensions));
  });

  it('sends all three signals to Nightshift by OTLP with the bearer token over TLS, and metrics to Prometheus', () => {
    const exporter = collector.exporters['otlp/nightshift'] as {
      auth: { authenticator: string };
      tls: Record<string, unknown>;
      compression: string;
    };
    expect(collector.extensions[exporter.auth.authenticator]).toEqual({ token: `\${env:OTLP_TOKEN}` });
    // The authenticator refuses to send a token over a plain connection.
    expect(exporter.tls.insecure ?? false).toBe(false);
    for (const signal of ['traces', 'logs', 'metrics'])
      expect(collector.service.pipelines[signal]?.exporters).toContain('otlp/nightshift');
    expect(collector.service.pipelines.metrics?.exporters).toContain('prometheusremotewrite');
  });

  it("finds who sends by the pod's address before anything is batched, under the names that Nightshift reads", () => {
    const { pod_association, extract } = collector.processors.k8sattributes as {
      pod_association: { sources: { from: string; name?: string }[] }[];
      extract: { metadata: string[] };
    };
    expect(pod_association[0]?.sources).toEqual([{ from: 'resource_attribute', name: 'k8s.pod.ip' }]);
    for (const name of ['k8s.namespace.name', 'k8s.deployment.name', 'k8s.pod.name', 'k8s.node.name'])
      expect(extract.metadata).toContain(name);
    for (const signal of ['traces', 'logs', 'metrics']) {
      const { processors } = collector.service.pipelines[signal]!;
      expect(processors[0]).toBe('memory_limiter');
      expect(processors.indexOf('k8sattributes')).toBeLessThan(processors.indexOf('batch'));
    }
  });

  it('makes rates over 60 s of CPU seconds, in an order that works', () => {
    expect(collector.receivers.kubeletstats?.collection_interval).toBe('60s');
    const rated = (collector.processors.deltatorate as { metrics: string[] }).metrics;
    expect((collector.processors.cumulativetodelta as { include: { metrics: string[] } }).include.metrics).toEqual(
      rated,
    );
    const { processors } = collector.service.pipelines.metrics!;
    const places = ['cumulativetodelta', 'deltatorate', 'transform/cpu'].map((name) => processors.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });
});
