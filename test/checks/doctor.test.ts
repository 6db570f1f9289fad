import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCALED_OBJECTS } from '../../sandbox/operators/keda/definition.ts';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import { readConfig } from '../../src/app/config.ts';
import type { Check } from '../../src/checks/check.ts';
import { examine } from '../../src/checks/doctor.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type LokiServer, startLoki } from '../adapters/loki/loki-server.ts';
import { EVENING, virtualSandbox } from '../sandbox/virtual-sandbox.ts';

let folder: string;
let small: SmallCluster;
let loki: LokiServer;
let prometheus: Server;
let prometheusUrl: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-doctor-'));
  small = await startSmallCluster();
  loki = await startLoki();
  const sandbox = virtualSandbox(EVENING);
  const api = createPrometheusApi({ store: sandbox.store, now: sandbox.now });
  prometheus = createServer((req, res) => void api.handle(req, res));
  await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
  prometheusUrl = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}/prometheus`;
});
afterEach(async () => {
  await small.stop();
  await loki.stop();
  prometheus.closeAllConnections();
  prometheus.close();
  rmSync(folder, { recursive: true });
});

/** What the doctor says with a kubeconfig of the small cluster and the given settings. */
async function checked(env: Record<string, string>, yaml = ''): Promise<Check[]> {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: small.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
  writeFileSync(join(folder, 'nightshift.yaml'), yaml);
  const read = readConfig({
    KUBECONFIG: join(folder, 'kubeconfig'),
    NIGHTSHIFT_CONFIG: join(folder, 'nightshift.yaml'),
    ALERTMANAGER_TOKEN: 't',
    PROMETHEUS_URL: prometheusUrl,
    ...env,
  });
  if (!read.ok) throw new Error(read.errors.join('; '));
  return examine(read.config, []);
}
const named = (checks: Check[], title: string) => checks.find((check) => check.title === title);

describe('the doctor', () => {
  it('checks the rights to look, the queries, and Loki where one is configured', async () => {
    const checks = await checked({ LOKI_URL: loki.url });
    for (const title of ['rights to look', 'Prometheus understands the queries', 'Loki answers'])
      expect(named(checks, title), title).toMatchObject({ ok: true });
    expect(named(await checked({}), 'Loki answers')).toBeUndefined();
  });

  it('says whether KEDA is there, and which address of it is not known', async () => {
    expect(named(await checked({}), 'no KEDA: `/heal forecast --propose` needs it')).toMatchObject({ ok: true });
    small.kube.apply(SCALED_OBJECTS);
    expect(named(await checked({}), 'KEDA asks for the forecast at no known address')).toMatchObject({
      ok: false,
      mend: expect.stringContaining('keda.scaler_address'),
    });
    const yaml = 'keda: {scaler_address: "nightshift.ops:50051", prometheus_address: "http://prometheus.ops:9090"}';
    const checks = await checked({}, yaml);
    expect(named(checks, 'KEDA asks for the forecast at nightshift.ops:50051')).toMatchObject({ ok: true });
    expect(named(checks, 'KEDA asks Prometheus at http://prometheus.ops:9090')).toMatchObject({ ok: true });
  });

  it('says which query is no PromQL, and what Loki answered', async () => {
    loki.inTheWay = (res) => {
      res.writeHead(401, { 'content-type': 'text/plain' }).end('no org id');
      return true;
    };
    const checks = await checked(
      { LOKI_URL: loki.url },
      "queries: {request_rate: 'sum by (service) (rate(x{$http}[$window])'}",
    );
    expect(named(checks, 'Prometheus understands the queries')).toMatchObject({
      ok: false,
      mend: expect.stringMatching(/^request_rate: .*nightshift\.yaml$/),
    });
    expect(named(checks, 'Loki answers')).toMatchObject({ ok: false, mend: expect.stringContaining('no org id') });
  });
});
