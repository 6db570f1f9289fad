import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { readConfig, sandboxSettings } from '../../src/app/config.ts';
import { demandSettings, policyFor, queryOptions } from '../../src/app/policy.ts';

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

describe('which entry holds for a service', () => {
  const policyOf = (yaml: string, namespace: string, name: string) => {
    const read = withSettings(yaml);
    if (!read.ok) throw new Error(read.errors.join('; '));
    return policyFor(read.config.settings, namespace, name);
  };
  const layered = [
    'services:',
    "  - { name: '*', critical: false, timeout: 1m }",
    "  - { namespace: payments, name: '*', critical: true, timeout: 2m }",
    '  - { name: api, timeout: 3m }',
    '  - { namespace: payments, name: api, critical: true, autonomy: ask, timeout: 4m }',
  ].join('\n');

  it.each([
    ['payments', 'api', 4],
    ['shop', 'api', 3],
    ['payments', 'ledger', 2],
    ['shop', 'ledger', 1],
  ])('is the most specific one, wherever it stands: %s/%s', (namespace, name, minutes) => {
    expect(policyOf(layered, namespace, name).timeoutMs).toBe(minutes * 60_000);
    const lines = layered.split('\n');
    const turned = [lines[0], ...lines.slice(1).reverse()].join('\n');
    expect(policyOf(turned, namespace, name).timeoutMs).toBe(minutes * 60_000);
  });

  it('says whether a service is critical: a named one only when it says so, all others unless it says not', () => {
    expect(policyOf('services: [{name: api}]', 'shop', 'api')).toMatchObject({ listed: true, critical: false });
    expect(policyOf('services: [{name: api}]', 'shop', 'other')).toMatchObject({ listed: false, critical: true });
    expect(policyOf("services: [{name: '*'}]", 'shop', 'other')).toMatchObject({ listed: true, critical: true });
    expect(policyOf("services: [{name: '*', critical: false}]", 'shop', 'other')).toMatchObject({ critical: false });
  });

  it('leaves the sandbox as it was: payment-api is critical, its neighbours heal alone', () => {
    expect(policyFor(sandboxSettings(), 'shop', 'payment-api').critical).toBe(true);
    expect(policyFor(sandboxSettings(), 'shop', 'catalog-api')).toMatchObject({ critical: false, autonomy: 'auto' });
  });
});

describe('signing in to back ends', () => {
  const real = { KUBECONFIG: '/k', ALERTMANAGER_TOKEN: 't', PROMETHEUS_URL: 'http://prometheus:9090' };

  it('takes headers as lines or as JSON, and refuses what is no header by its name', () => {
    const lines = readConfig({ ...real, PROMETHEUS_HEADERS: 'X-Api-Key: a:b\nX-Other: c' });
    expect(lines.ok && lines.config.env.PROMETHEUS_HEADERS).toEqual({ 'X-Api-Key': 'a:b', 'X-Other': 'c' });
    const json = readConfig({ ...real, LOKI_HEADERS: '{"X-Api-Key":"a"}' });
    expect(json.ok && json.config.env.LOKI_HEADERS).toEqual({ 'X-Api-Key': 'a' });
    const odd = readConfig({ ...real, PROMETHEUS_HEADERS: 'no header at all' });
    expect(odd.ok ? [] : odd.errors).toEqual([expect.stringMatching(/^PROMETHEUS_HEADERS: must be lines/)]);
    expect(readConfig({ ...real, PROMETHEUS_HEADERS: '{"a":1}' }).ok).toBe(false);
  });
});

describe('what is promised of a service', () => {
  it('is part of its policy, in seconds and as a share', () => {
    const read = withSettings(
      'services: [{name: till, objective: {latency_p99: 300ms, error_ratio: 0.01}}, {name: web}]',
    );
    if (!read.ok) throw new Error(read.errors.join('; '));
    const of = (service: string) => policyFor(read.config.settings, 'shop', service).objective;
    expect(of('till')).toEqual({ latencyP99Seconds: 0.3, errorRatio: 0.01 });
    expect(of('web')).toBeUndefined();
  });
  it('is refused by the name of the field', () => {
    const read = withSettings('services: [{name: till, objective: {error_ratio: 5}}]');
    expect(read.ok ? [] : read.errors).toEqual([expect.stringMatching(/services\.0\.objective\.error_ratio/)]);
  });
});

describe('the webhook', () => {
  const url = { WEBHOOK_OUT_URL: 'http://127.0.0.1:9/incidents' };
  const secret = { WEBHOOK_OUT_SECRET: 'a secret of both sides' };
  it.each([
    [url, 'WEBHOOK_OUT_SECRET: is required'],
    [secret, 'WEBHOOK_OUT_URL: is missing'],
    [{ ...url, WEBHOOK_OUT_SECRET: 'short' }, 'WEBHOOK_OUT_SECRET: '],
    [{ ...secret, WEBHOOK_OUT_URL: 'ftp://there' }, 'WEBHOOK_OUT_URL: '],
    [{ ...secret, WEBHOOK_OUT_URL: 'https://tickets.example.com/in' }, 'WEBHOOK_OUT_URL: in the sandbox'],
  ])('%j is refused by its name', (env, message) => {
    const read = readConfig(env);
    expect(read.ok ? [] : read.errors).toEqual([expect.stringContaining(message)]);
  });

  it('is told by the sandbox on this machine', () => {
    expect(readConfig({ ...url, ...secret })).toMatchObject({ ok: true, config: { sandbox: true } });
  });
});
