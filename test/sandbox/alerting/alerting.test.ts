import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { alertSamples } from '../../../sandbox/alerting/alerting.ts';
import { type ActiveAlert, createAlertStates } from '../../../sandbox/alerting/evaluate.ts';
import { fingerprint } from '../../../sandbox/alerting/fingerprint.ts';
import { createNotifier } from '../../../sandbox/alerting/notifier.ts';
import { ALERT_RULES, type AlertRule } from '../../../sandbox/alerting/rules.ts';
import { rulesFile } from '../../../sandbox/alerting/rules-file.ts';
import { fillTemplate } from '../../../sandbox/alerting/template.ts';
import { type WebhookPayload, webhookPayload } from '../../../sandbox/alerting/webhook.ts';
import { createSeriesStore, SCRAPE_MS } from '../../../sandbox/prometheus/store.ts';

const RULE: AlertRule = {
  alert: 'Hot',
  expr: 'temperature > 30',
  forMs: 2 * SCRAPE_MS,
  severity: 'warning',
  summary: '{{ $labels.service }} is at {{ $value }}',
  description: 'Too hot.',
};
const START = Math.ceil(Date.UTC(2026, 5, 1) / SCRAPE_MS) * SCRAPE_MS;

function thermometer() {
  const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
  const states = createAlertStates([RULE], store);
  let at = START;
  return {
    read(values: Record<string, number>) {
      at += SCRAPE_MS;
      const samples = Object.entries(values).map(([service, value]) => ({
        name: 'temperature',
        labels: { service },
        value,
      }));
      store.record(at, samples);
      return { at, ...states.evaluate(at) };
    },
    states,
  };
}

describe('alert states', () => {
  it('fire only after their time, and end with the result', () => {
    const room = thermometer();
    expect(room.read({ a: 35 }).fired).toEqual([]);
    expect(room.read({ a: 36 }).fired).toEqual([]);
    const { fired, at } = room.read({ a: 37 });
    expect(fired).toMatchObject([
      {
        labels: { alertname: 'Hot', service: 'a', severity: 'warning' },
        annotations: { summary: 'a is at 37' },
        firedAt: at,
      },
    ]);
    expect(room.read({ a: 38 }).fired).toEqual([]);
    const over = room.read({ a: 20 });
    expect(over.ended).toMatchObject([{ endedAt: over.at }]);
    expect(room.read({ a: 20 }).ended).toEqual([]);
  });

  it('are recorded as Prometheus records them: pending, then firing, and since when', () => {
    const room = thermometer();
    const { at } = room.read({ a: 35 });
    expect(alertSamples(room.states.active())).toEqual([
      {
        name: 'ALERTS',
        labels: { service: 'a', alertname: 'Hot', severity: 'warning', alertstate: 'pending' },
        value: 1,
      },
      { name: 'ALERTS_FOR_STATE', labels: { service: 'a', alertname: 'Hot', severity: 'warning' }, value: at / 1000 },
    ]);
    room.read({ a: 35 });
    room.read({ a: 35 });
    expect(alertSamples(room.states.active())[0]).toMatchObject({ labels: { alertstate: 'firing' } });
    room.read({ a: 20 });
    expect(alertSamples(room.states.active())).toEqual([]);
  });

  it('start again from nothing when the trouble was away for a moment', () => {
    const room = thermometer();
    room.read({ a: 35 });
    room.read({ a: 35 });
    room.read({ a: 25 });
    expect(room.read({ a: 35 }).fired).toEqual([]);
  });

  it('end when the series does', () => {
    const room = thermometer();
    for (let i = 0; i < 3; i++) room.read({ a: 35 });
    expect(room.states.firing()).toHaveLength(1);
    expect(room.read({}).ended).toHaveLength(1);
  });
});

describe('fingerprints', () => {
  it('are those of Alertmanager', () => {
    // Recorded from Alertmanager 0.25's API.
    const labels = {
      alertname: 'ContainerMemoryHigh',
      namespace: 'shop',
      service: 'payment-api',
      pod: 'payment-api-5d9c7b6f4-x2x7q',
      container: 'app',
      severity: 'warning',
    };
    expect(fingerprint(labels)).toBe('6b193697899d519e');
    expect(fingerprint({ b: '2', a: '1' })).toBe(fingerprint({ a: '1', b: '2' }));
    expect(fingerprint({ a: '1' })).not.toBe(fingerprint({ a: '2' }));
  });
});

describe('templates', () => {
  it('fill in labels and humanized values, and leave the rest', () => {
    const labels = { pod: 'p-1' };
    expect(fillTemplate('{{ $labels.pod }} {{ $value | humanizePercentage }}', labels, 0.91234)).toBe('p-1 91.23%');
    expect(fillTemplate('{{ $value | humanizeDuration }}', labels, 2.5)).toBe('2.5s');
    expect(fillTemplate('{{ $value | humanize }}', labels, 12_345)).toBe('12.35k');
    expect(fillTemplate('{{ $labels.none }}|{{ other }}', labels, 1)).toBe('|{{ other }}');
  });
});

describe('the rules file for a real Prometheus', () => {
  it('holds the rules that the sandbox evaluates', () => {
    expect(readFileSync('deploy/examples/prometheus-rules.yaml', 'utf8')).toBe(rulesFile(ALERT_RULES));
  });
});

function alertOf(service: string, more: Partial<ActiveAlert> = {}): ActiveAlert {
  const labels = { alertname: 'Hot', service, severity: 'warning' };
  return {
    rule: RULE,
    labels,
    annotations: { summary: `${service} is hot` },
    fingerprint: fingerprint(labels),
    value: 40,
    activeAt: START,
    firedAt: START,
    endedAt: undefined,
    ...more,
  };
}

describe('a webhook', () => {
  it("has Alertmanager's version 4 shape, in sandbox time", () => {
    const payload = webhookPayload([alertOf('a'), alertOf('a', { endedAt: START + 1_000 })], 'http://x');
    expect(payload).toMatchObject({
      version: '4',
      status: 'firing',
      groupKey: '{}:{alertname="Hot", service="a"}',
      groupLabels: { alertname: 'Hot', service: 'a' },
      commonLabels: { alertname: 'Hot', service: 'a', severity: 'warning' },
      truncatedAlerts: 0,
      alerts: [
        { status: 'firing', startsAt: '2026-06-01T00:00:00.000Z', endsAt: '0001-01-01T00:00:00Z' },
        { status: 'resolved', endsAt: '2026-06-01T00:00:01.000Z' },
      ],
    });
    expect(webhookPayload([alertOf('a', { endedAt: START })], '').status).toBe('resolved');
  });
});

type Received = { authorization: string | undefined; payload: WebhookPayload };
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function app(
  statuses: number[],
): Promise<{ url: string; received: Received[]; until(n: number): Promise<void> }> {
  const received: Received[] = [];
  const server = createServer((req: IncomingMessage, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    req.on('end', () => {
      received.push({ authorization: req.headers.authorization, payload: JSON.parse(body) as WebhookPayload });
      res.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const until = async (n: number): Promise<void> => {
    for (let i = 0; i < 500 && received.length < n; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    if (received.length < n) throw new Error(`only ${received.length} webhooks came`);
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, until };
}

describe('the notifier', () => {
  it('keeps what comes before the app is there, and sends it with the token', async () => {
    const { url, received, until } = await app([200]);
    const notifier = createNotifier({ externalUrl: () => 'http://x' });
    closers.push(notifier.stop);
    notifier.changed([alertOf('a')], START);
    notifier.setReceiver({ url, token: 'secret' });
    await until(1);
    expect(received[0]).toMatchObject({
      authorization: 'Bearer secret',
      payload: { alerts: [{ labels: { service: 'a' } }] },
    });
  });

  it('sends a group again until it is taken', async () => {
    const { url, received, until } = await app([503, 500, 200]);
    const notifier = createNotifier({ externalUrl: () => 'http://x' });
    closers.push(notifier.stop);
    notifier.setReceiver({ url, token: undefined });
    notifier.changed([alertOf('a')], START);
    await until(3);
    expect(received.map((r) => r.payload.groupKey)).toEqual(Array(3).fill('{}:{alertname="Hot", service="a"}'));
  });

  it('groups by alert and service, and tells the end of each once', async () => {
    const { url, received, until } = await app([200]);
    const notifier = createNotifier({ externalUrl: () => 'http://x' });
    closers.push(notifier.stop);
    notifier.setReceiver({ url, token: undefined });
    notifier.changed([alertOf('a'), alertOf('b')], START);
    await until(2);
    notifier.changed([alertOf('a', { endedAt: START + 1 })], START + 1);
    await until(3);
    notifier.changed([alertOf('a', { firedAt: START + 2 })], START + 2);
    await until(4);
    expect(received.map((r) => r.payload.status)).toEqual(['firing', 'firing', 'resolved', 'firing']);
    expect(received[3]!.payload.alerts).toHaveLength(1);
  });

  it('reminds after four hours without a change', async () => {
    const { url, received, until } = await app([200]);
    const notifier = createNotifier({ externalUrl: () => 'http://x' });
    closers.push(notifier.stop);
    notifier.setReceiver({ url, token: undefined });
    notifier.changed([alertOf('a')], START);
    await until(1);
    notifier.remind([alertOf('a')], START + 3 * 3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(received).toHaveLength(1);
    notifier.remind([alertOf('a')], START + 4 * 3_600_000);
    await until(2);
  });
});
