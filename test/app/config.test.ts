import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { demandSettings, queryOptions, readConfig } from '../../src/app/config.ts';

const folders: string[] = [];
function withSettings(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-config-'));
  folders.push(folder);
  writeFileSync(join(folder, 'nightshift.yaml'), yaml);
  return readConfig({ NIGHTSHIFT_CONFIG: join(folder, 'nightshift.yaml') });
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('queries of nightshift.yaml', () => {
  it('replace single defaults and the windows, and leave the others', () => {
    const read = withSettings(
      "queries: {window: 10m, request_rate: 'sum by (service) (rate(grpc_server_handled_total{$http}[$window]))'}",
    );
    if (!read.ok) throw new Error(read.errors.join('; '));
    const queries = createServiceQueries(queryOptions(read.config.settings));
    const rate = queries.ofService('request_rate', 'shop', 'payment-api');
    expect(rate).toBe(
      'sum by (service) (rate(grpc_server_handled_total{namespace="shop",service="payment-api"}[10m]))',
    );
    expect(queries.ofService('error_ratio', 'shop', 'payment-api')).toContain('http_requests_total');
  });

  it.each([
    ['queries: {request_rte: x}', /queries: .*request_rte/],
    ["queries: {latency_p99: 'max(x{$htp})'}", /queries\.latency_p99: .*\$htp/],
    ["queries: {error_ratio: 'max(x)'}", /queries\.error_ratio: .*everybody/],
    ['queries: {quick_window: 2 minutes}', /queries\.quick_window: .*duration/],
  ])('are refused by the name of the field: %s', (yaml, message) => {
    const read = withSettings(yaml);
    expect(read.ok ? [] : read.errors).toEqual([expect.stringMatching(message)]);
  });
});

describe('the demand of a service', () => {
  it('has a timezone and a rate per replica of its own, else the defaults', () => {
    const read = withSettings(
      'services: [{name: till, timezone: Asia/Kolkata, requests_per_replica: 40}, {name: web}]\nlimits: {max_replicas: 12}',
    );
    if (!read.ok) throw new Error(read.errors.join('; '));
    const of = (service: string) => demandSettings(read.config.settings, 'shop', service);
    expect(of('till')).toEqual({ timezone: 'Asia/Kolkata', perReplica: 40, minReplicas: 2, maxReplicas: 12 });
    expect(of('web')).toEqual({ timezone: 'UTC', perReplica: 100, minReplicas: 2, maxReplicas: 12 });
  });

  it.each([
    ['services: [{name: till, timezone: Mars/Olympus}]', /services\.0\.timezone: .*Europe\/Berlin/],
    ['services: [{name: till, requests_per_replica: 0}]', /services\.0\.requests_per_replica/],
  ])('is refused by the name of the field: %s', (yaml, message) => {
    const read = withSettings(yaml);
    expect(read.ok ? [] : read.errors).toEqual([expect.stringMatching(message)]);
  });
});
