import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Alertmanager as it is in a storm: each group's webhook by itself, and what is answered 503 is sent again after Retry-After. */

export type Sent = { taken: number; refused: number; otherwise: string[]; tookMs: number[] };

export type StormAlert = { name: string; namespace: string; service: string; startsAt: number; endsAt?: number };

/** Sends them evenly over `withinMs`; resolves when all are taken. */
export async function sendAll(url: string, alerts: StormAlert[], withinMs: number): Promise<Sent> {
  // The app closes what is idle for five seconds: this side does so first.
  const agent = new Agent({ keepAlive: true, maxSockets: 128, timeout: 4_000 });
  const sent: Sent = { taken: 0, refused: 0, otherwise: [], tookMs: [] };
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (const [index, alert] of alerts.entries()) {
    const waitMs = began + (index / alerts.length) * withinMs - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    all.push(untilTaken(url, agent, alert, sent));
  }
  const told = setInterval(
    () => console.error(`  ${sent.taken} of ${alerts.length} taken, ${sent.refused} refused`),
    5_000,
  );
  await Promise.all(all);
  clearInterval(told);
  agent.destroy();
  return sent;
}

async function untilTaken(url: string, agent: Agent, alert: StormAlert, sent: Sent): Promise<void> {
  const body = bodyOf(alert);
  for (;;) {
    const began = performance.now();
    const { status, retryAfterS } = await post(`${url}/webhooks/alertmanager`, agent, body);
    sent.tookMs.push(performance.now() - began);
    if (status === 200) {
      sent.taken += 1;
      return;
    }
    if (status !== 503 || retryAfterS === null) sent.otherwise.push(`${status} ${retryAfterS}`);
    sent.refused += 1;

    await sleep((retryAfterS ?? 5) * 1_000 * (1 + Math.random() / 2));
  }
}

function post(url: string, agent: Agent, body: string): Promise<{ status: number; retryAfterS: number | null }> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (res) => {
      res.resume();
      res.on('end', () => {
        const header = res.headers['retry-after'];
        resolve({ status: res.statusCode ?? 0, retryAfterS: header === undefined ? null : Number(header) });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

function bodyOf({ name, namespace, service, startsAt, endsAt }: StormAlert): string {
  const labels = { alertname: name, namespace, service, severity: 'critical', cluster_zone: 'a', job: 'kubernetes' };
  const status = endsAt === undefined ? 'firing' : 'resolved';
  return JSON.stringify({
    version: '4',
    status,
    receiver: 'nightshift',
    groupKey: `{}:{service="${service}"}`,
    truncatedAlerts: 0,
    groupLabels: { service },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.test',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: `${service} does not answer`, runbook_url: 'https://runbooks.test/down' },
        startsAt: new Date(startsAt).toISOString(),
        endsAt: endsAt === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
        generatorURL: 'http://prometheus.test/graph?g0.expr=up%20%3D%3D%200',
        fingerprint: `f-${namespace}-${service}`,
      },
    ],
  });
}
