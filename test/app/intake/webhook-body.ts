import { request } from 'node:http';
import type { App } from '../../../src/app/world.ts';
import { TOKEN } from './app-on-redis.ts';

/** One alert as Alertmanager writes it; labels, times and state can be replaced. */
export type RawAlert = {
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  fingerprint: string;
};

export const STARTED = '2026-03-01T03:00:00Z';

export const rawAlert = (fingerprint: string, service: string, over: Partial<RawAlert> = {}): RawAlert => ({
  status: 'firing',
  labels: { alertname: 'KubePodCrashLooping', namespace: 'shop', deployment: service, severity: 'critical' },
  annotations: { summary: `${service} keeps crashing` },
  startsAt: STARTED,
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example/graph',
  fingerprint,
  ...over,
});

export const resolved = (alert: RawAlert, endsAt = '2026-03-01T03:05:00Z'): RawAlert => ({
  ...alert,
  status: 'resolved',
  endsAt,
});

export const webhook = (alerts: unknown[], over: Record<string, unknown> = {}) => ({
  version: '4',
  groupKey: '{}:{alertname="KubePodCrashLooping"}',
  truncatedAlerts: 0,
  status: 'firing',
  receiver: 'nightshift',
  groupLabels: { alertname: 'KubePodCrashLooping' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager.example',
  alerts,
  ...over,
});

type LeftOut = { count: number; alerts: { name: string; reason: string }[] };
export type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: {
    ok?: boolean;
    error?: string;
    incidents?: string[];
    received?: number;
    truncated?: number;
    heartbeats?: number;
    refused?: LeftOut;
    noted?: LeftOut;
  };
};

const asAlertmanager = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };

/** Sends a body as it is and reads the answer, even one that comes before the whole body is sent. Rejects when the connection ends without an answer. */
export function post(
  app: App,
  body: unknown,
  headers: Record<string, string> = asAlertmanager,
  path = '/webhooks/alertmanager',
): Promise<Answer> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const out = request(`${app.url}${path}`, { method: 'POST', headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          json: JSON.parse(Buffer.concat(chunks).toString('utf8')),
        }),
      );
      answer.on('error', reject);
    });
    // A server that has heard enough closes while we still write; its answer is on the way all the same.
    out.on('error', (error) => setTimeout(reject, 500, error));
    out.end(text);
  });
}
