import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';

type Json = Record<string, unknown>;

async function send(url: string, method: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ speed: 0 });
});
afterAll(() => sandbox.stop());

async function query(text: string): Promise<string[]> {
  const { body } = await send(`${sandbox.prometheusUrl}/api/v1/query?query=${encodeURIComponent(text)}`, 'GET');
  return (body.data as { result: { value: [number, string] }[] }).result.map((r) => r.value[1]);
}

describe('the sandbox over HTTP', () => {
  it('is a Kubernetes cluster', async () => {
    const { status, body } = await send(
      `${sandbox.kubeUrl}/apis/apps/v1/namespaces/shop/deployments/payment-api`,
      'GET',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'Deployment', status: { availableReplicas: 3 } });
  });

  it('is a Prometheus, by GET and by form', async () => {
    expect(await query('count(up)')).toEqual(['28']);
    const form = new URLSearchParams({
      query: 'sum(up)',
      start: '2026-01-01T00:00:00Z',
      end: '2026-01-01T00:10:00Z',
      step: '1m',
    });
    const range = await fetch(`${sandbox.prometheusUrl}/api/v1/query_range`, { method: 'POST', body: form });
    expect(await range.json()).toEqual({ status: 'success', data: { resultType: 'matrix', result: [] } });
    const names = await send(`${sandbox.prometheusUrl}/api/v1/label/service/values`, 'GET');
    expect(names.body.data).toContain('payment-api');
    const labels = await send(`${sandbox.prometheusUrl}/api/v1/labels?match[]=up`, 'GET');
    expect(labels.body.data).toEqual([
      '__name__',
      'container',
      'endpoint',
      'instance',
      'job',
      'namespace',
      'pod',
      'service',
    ]);
    const series = await send(
      `${sandbox.prometheusUrl}/api/v1/series?match[]=${encodeURIComponent('up{service="payment-api"}')}`,
      'GET',
    );
    expect(series.body.data).toHaveLength(3);
    expect((await fetch(`${sandbox.prometheusUrl}/-/ready`)).status).toBe(200);
  });

  it.each([
    ['query?query=rate(', 400, 'bad_data'],
    ['query?query=holt_winters(a[5m],1,1)', 400, 'bad_data'],
    ['query?query=up&time=never', 400, 'bad_data'],
    ['query_range?query=up&start=0&end=100', 400, 'bad_data'],
    ['query_range?query=up&start=100&end=0&step=1', 400, 'bad_data'],
    ['query_range?query=up&start=0&end=100&step=0', 400, 'bad_data'],
    ['series', 400, 'bad_data'],
    ['query?query=up*on(service)up', 422, 'execution'],
  ])('refuses %s with %d %s', async (path, status, errorType) => {
    const answer = await send(`${sandbox.prometheusUrl}/api/v1/${path}`, 'GET');
    expect(answer).toMatchObject({ status, body: { status: 'error', errorType } });
  });

  it('shows its metrics to a real Prometheus', async () => {
    const response = await fetch(`${sandbox.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const text = await response.text();
    expect(text).toMatch(
      /^http_requests_total\{namespace="shop",service="payment-api",pod="payment-api-[^"]+",code="200"\} \d+$/m,
    );
    expect(text).toContain('# TYPE http_request_duration_seconds histogram');
    const sample = /^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="[^"\\\n]*",?)*\})? \S+$/;
    for (const line of text.trimEnd().split('\n')) expect(line.startsWith('# ') || sample.test(line), line).toBe(true);
  });

  it('steps, pauses and refuses to run too fast', async () => {
    const before = sandbox.clock.now();
    const stepped = await send(`${sandbox.url}/sandbox/clock`, 'POST', { step_ms: 60_000 });
    expect(stepped.body).toMatchObject({ ok: true, speed: 0, now: before + 60_000 });
    for (const body of [{}, { speed: 61 }, { speed: 'fast' }, { step_ms: -1 }, 'nonsense']) {
      expect((await send(`${sandbox.url}/sandbox/clock`, 'POST', body)).status).toBe(400);
    }
  });

  it('lists what it offers and what is on', async () => {
    const added = await send(`${sandbox.url}/sandbox/faults`, 'POST', { kind: 'memory-leak', service: 'cart-api' });
    expect(added.status).toBe(201);
    const { body } = await send(`${sandbox.url}/sandbox/state`, 'GET');
    expect(body).toMatchObject({ speed: 0, faults: [{ id: added.body.id, kind: 'memory-leak', service: 'cart-api' }] });
    expect((body.services as Json[]).map((s) => s.name)).toContain('payment-api');
    expect((body.history as Record<string, unknown[]>)['payment-api']).toHaveLength(120);
    const refused = await send(`${sandbox.url}/sandbox/faults`, 'POST', { kind: 'memory-leak', service: 'nobody' });
    expect(refused).toMatchObject({
      status: 400,
      body: { field: 'service', allowed: expect.arrayContaining(['payment-api']) },
    });
    expect((await send(`${sandbox.url}/sandbox/faults/${added.body.id}`, 'DELETE')).status).toBe(204);
    expect((await send(`${sandbox.url}/sandbox/faults/${added.body.id}`, 'DELETE')).status).toBe(404);
  });

  it('answers this machine only, by its own name', async () => {
    const { port } = new URL(sandbox.url);
    const status = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path: '/sandbox/state', headers }, (res) => {
          res.resume();
          resolve(res.statusCode);
        });
        asked.once('error', reject).end();
      });
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: 'rebound.example' })).toBe(403);
    expect(await status({ host: `127.0.0.1:${port}`, origin: 'https://elsewhere.example' })).toBe(403);
  });
});

describe('alerts', () => {
  it('reach the app as a webhook, with the token', async () => {
    const received: { path: string; authorization: string; body: Json }[] = [];
    const app = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      req.on('end', () => {
        received.push({
          path: req.url ?? '',
          authorization: req.headers.authorization ?? '',
          body: JSON.parse(body) as Json,
        });
        res.end();
      });
    });
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    sandbox.setAppUrl(`http://127.0.0.1:${(app.address() as AddressInfo).port}`, 'secret');
    await send(`${sandbox.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
    sandbox.clock.step(3 * 60_000);
    for (let i = 0; i < 300 && received.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    app.close();
    expect(received[0]).toMatchObject({
      path: '/webhooks/alertmanager',
      authorization: 'Bearer secret',
      body: {
        version: '4',
        status: 'firing',
        groupLabels: { alertname: 'KubePodCrashLooping', service: 'payment-api' },
      },
    });
    const alerts = await send(`${sandbox.url}/sandbox/alerts`, 'GET');
    const firing = (alerts.body as unknown as { state: string }[]).filter(({ state }) => state === 'firing');
    expect(firing).toMatchObject([{ labels: { namespace: 'shop', service: 'payment-api' } }, {}]);
  });
});

describe('the state file', () => {
  it('brings back cluster, faults, channel and time after a kill', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const stateFile = join(dir, 'sandbox.json');
    const run = () => spawnSandbox(['--speed', '0', '--state-file', stateFile]);
    try {
      const first = await run();
      await send(`${first.url}/sandbox/faults`, 'POST', { kind: 'bad-deploy', service: 'payment-api' });
      await send(`${first.url}/sandbox/clock`, 'POST', { step_ms: 600_000 });
      const posted = await fetch(`${first.slackApiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${first.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel: first.channel, text: 'still here' }),
      });
      expect(await posted.json()).toMatchObject({ ok: true });
      const before = (await send(`${first.url}/sandbox/state`, 'GET')).body;
      const alertsBefore = await fingerprints(first.url);
      await new Promise((resolve) => setTimeout(resolve, 150));
      await first.kill();
      const second = await run();
      const after = (await send(`${second.url}/sandbox/state`, 'GET')).body;
      const samples = await restartsRange(second.url, before.now as number);
      const alertsAfter = await fingerprints(second.url);
      const messages = await (await fetch(`${second.url}/sandbox/messages`)).json();
      await second.kill();
      expect(after.faults).toEqual(before.faults);
      expect((after.pods as Json[]).map((p) => p.name).sort()).toEqual(
        (before.pods as Json[]).map((p) => p.name).sort(),
      );
      expect(after.now as number).toBeGreaterThanOrEqual(before.now as number);
      expect(alertsBefore).not.toEqual([]);
      expect(alertsAfter).toEqual(alertsBefore);
      // What was scraped in the first life is there, and the healthy past before it.
      expect(Math.max(...samples)).toBeGreaterThan(0);
      expect(samples[0]).toBe(0);
      expect(messages).toMatchObject([{ text: 'still here' }]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

async function fingerprints(url: string): Promise<unknown[]> {
  const listed = (await (await fetch(`${url}/sandbox/alerts`)).json()) as { state: string; fingerprint: string }[];
  return listed
    .filter((a) => a.state === 'firing')
    .map((a) => a.fingerprint)
    .sort();
}

/** Restarts of payment-api's containers over the twenty minutes up to `now`. */
async function restartsRange(url: string, now: number): Promise<number[]> {
  const query = 'sum(kube_pod_container_status_restarts_total{pod=~"payment-api-.*"})';
  const window = { query, start: String(now / 1000 - 1_200), end: String(now / 1000), step: '60' };
  const answer = await fetch(`${url}/prometheus/api/v1/query_range?${new URLSearchParams(window)}`);
  const body = (await answer.json()) as { data: { result: { values: [number, string][] }[] } };
  return body.data.result[0]!.values.map(([, value]) => Number(value));
}

type Spawned = { url: string; slackApiUrl: string; botToken: string; channel: string; kill(): Promise<void> };

function spawnSandbox(args: string[]): Promise<Spawned> {
  const child = spawn(process.execPath, ['sandbox/serve.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)));
    child.stdout.once('data', (line: Buffer) => {
      const kill = (): Promise<void> => {
        child.kill('SIGKILL');
        return ended;
      };
      resolve({ ...(JSON.parse(line.toString()) as Omit<Spawned, 'kill'>), kill });
    });
  });
}
