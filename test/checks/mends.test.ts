import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import { createSeriesStore, type Sample, SCRAPE_MS } from '../../sandbox/prometheus/store.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { verifyRequest } from '../../src/adapters/slack/verify-request.ts';
import { readEnvironment } from '../../src/app/config.ts';
import { examineAlertmanager, routeChecks } from '../../src/checks/alertmanager.ts';
import type { Check } from '../../src/checks/check.ts';
import { examineMetrics } from '../../src/checks/prometheus.ts';
import { examineDisk, examineSigning, versionChecks } from '../../src/checks/self.ts';
import { examineSpeakers } from '../../src/checks/speakers.ts';

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
function envOf(values: Record<string, string>) {
  const read = readEnvironment(values);
  if (!read.ok) throw new Error(read.errors.join('; '));
  return read.env;
}
const saidOf = (checks: Check[]) => checks.filter(({ ok }) => !ok).map(({ title, mend }) => `${title}: ${mend}`);

const hook = (more = '') => `
receivers:
  - name: nightshift
    webhook_configs:
      - url: http://nightshift:3000/webhooks/alertmanager
        http_config: { authorization: { type: Bearer, credentials: <secret> } }${more}
  - name: mail
    email_configs: [{ to: a@b.c }]`;
const route = 'route: { receiver: mail, routes: [{ receiver: nightshift, continue: true }] }';

describe("the doctor on Alertmanager's route", () => {
  it.each([
    ['all right', route + hook(), null],
    ['the address hidden', (route + hook()).replace(/url: .*/, 'url: <secret>'), null],
    [
      'no webhook',
      `${route}\nreceivers: [{ name: nightshift }, { name: mail }]`,
      /no receiver has a webhook to …\/webhooks\/alertmanager/,
    ],
    ['another address', route + hook().replace('/webhooks/alertmanager', '/alerts'), /no receiver has a webhook/],
    ['no route to it', `route: { receiver: mail }${hook()}`, /no route leads to the receiver nightshift/],
    ['no end of trouble', route + hook('\n        send_resolved: false'), /set send_resolved: true/],
    ['no token', (route + hook()).replace(/http_config: .*/, 'max_alerts: 0'), /http_config.authorization/],
    ['no YAML', '{{', /no YAML/],
  ])('%s', (_name, text, mend) => {
    const said = saidOf(routeChecks(text));
    expect(said).toHaveLength(mend === null ? 0 : 1);
    if (mend) expect(said[0]).toMatch(mend);
  });

  it('reads it from its API, and says what it answered instead', async () => {
    const port = await serve((req, res) => {
      const known = req.url === '/am/api/v2/status';
      res.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
      res.end(known ? JSON.stringify({ config: { original: route + hook() } }) : '{}');
    });
    const at = (path: string) => examineAlertmanager(envOf({ ALERTMANAGER_URL: `http://127.0.0.1:${port}${path}` }));
    expect(saidOf(await at('/am'))).toEqual([]);
    expect(saidOf(await at(''))[0]).toContain('check ALERTMANAGER_URL');
    expect(await examineAlertmanager(envOf({}))).toEqual([]);
  });
});

describe('the doctor on what Prometheus holds', () => {
  const NOW = Math.floor(Date.now() / SCRAPE_MS) * SCRAPE_MS;
  const up = (labels: Record<string, string>): Sample => ({ name: 'up', labels, value: 1 });
  const saidWith = async (samples: Sample[], at = NOW): Promise<string[]> =>
    saidOf(await examineMetrics(await holding(samples, at), createServiceQueries({}), ['shop'], NOW));
  async function holding(samples: Sample[], at = NOW) {
    const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
    for (let when = at - SCRAPE_MS * 10; when <= at; when += SCRAPE_MS)
      store.record(
        when,
        samples.map((one) => ({ ...one, value: one.value + (when - at) / 1_000 })),
      );
    const api = createPrometheusApi({ store, now: () => at });
    const port = await serve((req, res) => void api.handle(req, res));
    return connectPrometheus({ url: `http://127.0.0.1:${port}/prometheus`, timeoutMs: 2_000 });
  }
  const nothing: Sample[] = [];
  it.each([
    ['empty', nothing, NOW, [/it answers and holds nothing/]],
    ['no namespace', [up({ job: 'x', kubernetes_namespace: 'shop' })], NOW, [/labels are job, kubernetes_namespace/]],
    ['another namespace', [up({ namespace: 'cart' })], NOW, [/nothing has namespace="shop"; there are cart/]],
    [
      'other names',
      [up({ namespace: 'shop' }), { name: 'http_server_requests_total', labels: { namespace: 'shop' }, value: 900 }],
      NOW,
      [/no request_rate, no memory_ratio, no ready_ratio: of that namespace there are http_server_requests_total/],
    ],
    [
      'clock ahead',
      [up({ namespace: 'shop' })],
      NOW + 60_000,
      [/newest sample is \d+ s in the future/, /of the services/],
    ],
    [
      'clock behind',
      [up({ namespace: 'shop' })],
      NOW - 240_000,
      [/newest sample is 2\d\d s old|clock is minutes behind/, /of the services/],
    ],
  ] as [string, Sample[], number, RegExp[]][])('%s', async (_name, samples, at, mends) => {
    const said = await saidWith(samples, at);
    expect(said).toHaveLength(mends.length);
    for (const [index, mend] of mends.entries()) expect(said[index]).toMatch(mend);
  });
});

describe('the doctor on who speaks for others', () => {
  const NOW = Math.floor(Date.now() / SCRAPE_MS) * SCRAPE_MS;
  const requests = (labels: Record<string, string>) => ({ name: 'nginx_ingress_controller_requests', labels });
  const samples = [
    { name: 'up', labels: { job: 'controller', namespace: 'ingress-nginx' } },
    { name: 'up', labels: { job: 'edge', namespace: 'edge' } },
    { name: 'up', labels: { job: 'shop', namespace: 'shop' } },
    requests({ job: 'controller', namespace: 'ingress-nginx', exported_namespace: 'shop', exported_service: 'cart' }),
    requests({ job: 'edge', namespace: 'shop', service: 'cart' }),
    { name: 'istio_requests_total', labels: { reporter: 'waypoint', job: 'waypoints', namespace: 'mesh' } },
    { name: 'istio_requests_total', labels: { reporter: 'destination', job: 'sidecars', namespace: 'shop' } },
  ];
  async function asked(configured: { namespace: string; job: string }[]) {
    const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
    store.record(
      NOW,
      samples.map((one) => ({ ...one, value: 1 })),
    );
    const api = createPrometheusApi({ store, now: () => NOW });
    const port = await serve((req, res) => void api.handle(req, res));
    const metrics = connectPrometheus({ url: `http://127.0.0.1:${port}/prometheus`, timeoutMs: 2_000 });
    return examineSpeakers(metrics, configured, NOW);
  }

  it('proposes ingress controllers and meshes by what is scraped, by their own labels or not, and no sidecar', async () => {
    const [proposal, ...more] = await asked([]);
    expect(more).toEqual([]);
    expect(proposal).toMatchObject({ ok: true });
    expect(proposal?.title).toContain(
      'speakers: [{ namespace: "ingress-nginx", job: "controller" }, { namespace: "mesh", job: "waypoints" }, { namespace: "edge", job: "edge" }]',
    );
  });

  it('proposes nobody who is named, and tells of a name under which nothing is scraped', async () => {
    const configured = [
      { namespace: 'ingress-nginx', job: 'controller' },
      { namespace: 'edge', job: 'edge' },
      { namespace: 'ingress-nginx', job: 'kontroller' },
    ];
    const checks = await asked(configured);
    expect(saidOf(checks)).toEqual([
      expect.stringMatching(/^ingress-nginx\/kontroller .*: there are ingress-nginx\/controller: correct `speakers:`/),
    ]);
    expect(checks.at(-1)?.title).toMatch(/^mesh\/waypoints tell of/);
  });
});

describe('the doctor on Nightshift itself', () => {
  it.each([
    ['none runs', [], true],
    ['one version', ['a@0.2.0', 'b@0.2.0'], true],
    ['two versions', ['a@0.2.0', 'b@0.3.0', 'c@0.2.0'], false],
    ['one from before', ['a', 'b@0.2.0'], false],
  ])('replicas: %s', (_name, ids, ok) => {
    const checks = versionChecks(ids);
    expect(checks.every((one) => one.ok)).toBe(ok);
    if (!ok) expect(checks[0]?.mend).toMatch(/0\.2\.0 \([12]\)/);
  });

  it('tries the signing secret on the one that runs, without doing anything', async () => {
    const secret = 'a'.repeat(32);
    const port = await serve((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const verdict = verifyRequest(Buffer.concat(chunks), req.headers, secret, Date.now());
        res.writeHead(verdict.ok ? 200 : 401).end();
      });
    });
    const signing = (SLACK_SIGNING_SECRET: string, at: number) =>
      examineSigning(envOf({ SLACK_SIGNING_SECRET, PORT: String(at) }));
    expect(await signing(secret, port)).toMatchObject([{ ok: true }]);
    expect(saidOf(await signing('b'.repeat(32), port))[0]).toContain('has another secret');
    expect(await signing(secret, 1)).toEqual([]);
  });

  it('looks whether its folder can be written, where Redis is its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nightshift-disk-'));
    expect(saidOf(examineDisk(envOf({ NIGHTSHIFT_DATA: join(folder, 'not', 'yet') })))).toEqual([]);
    expect(examineDisk(envOf({ NIGHTSHIFT_DATA: folder, REDIS_URL: 'redis://x' }))).toEqual([]);
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    const said = saidOf(examineDisk(envOf({ NIGHTSHIFT_DATA: closed })));
    // Root may write everywhere.
    if (process.getuid?.() !== 0) expect(said[0]).toContain('NIGHTSHIFT_DATA');
    expect(saidOf(examineDisk(envOf({ NIGHTSHIFT_DATA: '/proc/nightshift' })))).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
});
