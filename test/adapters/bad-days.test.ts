import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectAlertmanager } from '../../src/adapters/alertmanager/api.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { connectLoki } from '../../src/adapters/loki/logs.ts';
import { createPager } from '../../src/adapters/pagerduty/pager.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { createSlackChat } from '../../src/adapters/slack/chat.ts';
import { recordingLog } from './slack/workspace.ts';

/** Every outside part that is spoken to over HTTP, on every bad day: each answers with a failure in words and in time, and the same client works again when the day is over. */

const TIMEOUT_MS = 150;
const WITHIN_MS = 4_000;

type Result = { ok: boolean };
type Ask = () => Promise<Result>;

/** What a socket does with whoever connects. */
type Day = (socket: Socket) => void;
const says = (answer: string) => (socket: Socket) => void socket.once('data', () => socket.end(answer));
const http = (status: string, body: string, length = body.length) =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;

const DAYS: Record<string, Day> = {
  'takes the connection and says nothing': () => {},
  'hangs up': (socket) => socket.destroy(),
  'hangs up halfway through its answer': says(http('200 OK', '{"status":"succ', 1_000)),
  'speaks another language': says('220 mail.example ESMTP\r\n'),
  'answers with a page for people': says(http('200 OK', '<!doctype html><title>Sign in</title>')),
  'answers with JSON of another kind': says(http('200 OK', '{"hello":["world"]}')),
  'answers with a list where an object belongs': says(http('200 OK', '[null]')),
  'fails by itself': says(http('503 Service Unavailable', '{}')),
  'takes the token for expired': says(http('401 Unauthorized', '{"ok":false,"error":"token_expired"}')),
};

const PARTS: Record<string, { ask(url: string): Ask; good: string; status?: string }> = {
  Prometheus: {
    ask: (url) => {
      const metrics = connectPrometheus({ url, timeoutMs: TIMEOUT_MS });
      return () => metrics.instant('up', 0);
    },
    good: '{"status":"success","data":{"resultType":"vector","result":[]}}',
  },
  Loki: {
    ask: (url) => {
      const logs = connectLoki({ url, timeoutMs: TIMEOUT_MS });
      return () => logs.lines({ namespace: 'shop', kind: 'Deployment', name: 'cart-api' }, 1, 2, 10);
    },
    good: '{"status":"success","data":{"resultType":"streams","result":[]}}',
  },
  Kubernetes: {
    ask: (url) => {
      const cluster = connectCluster({ name: 'test', server: { url }, timeoutMs: TIMEOUT_MS, userAgent: 'test' });
      return () => cluster.nodes();
    },
    good: '{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}',
  },
  Alertmanager: {
    ask: (url) => {
      const api = connectAlertmanager({ url, timeoutMs: TIMEOUT_MS });
      return () => api.firing();
    },
    good: '[]',
  },
  PagerDuty: {
    ask: (url) => {
      const pager = createPager({ routingKey: 'r'.repeat(32), eventsUrl: `${url}/v2/enqueue`, timeoutMs: TIMEOUT_MS });
      return () => pager.acknowledge('nightshift-1');
    },
    good: '{"status":"success","message":"Event processed","dedup_key":"nightshift-1"}',
    status: '202 Accepted',
  },
  Slack: {
    ask: (url) => {
      const given = { token: 'xoxb-test', slackApiUrl: `${url}/api/`, channel: 'C0ONCALL', timeoutMs: TIMEOUT_MS };
      const chat = createSlackChat({ ...given, log: recordingLog() });
      return () => chat.announce('Hello', []);
    },
    good: '{"ok":true,"channel":"C0ONCALL","ts":"1.1","messages":[]}',
  },
};

let server: Server;
let url: string;
let day: Day = () => {};
const sockets = new Set<Socket>();

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    day(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function fails(ask: Ask): Promise<void> {
  const began = performance.now();
  const result = await ask();
  expect(performance.now() - began).toBeLessThan(WITHIN_MS);
  expect(result.ok).toBe(false);
  const told = result as { message?: string; failure?: { message: string } };
  const words = told.message ?? told.failure?.message ?? '';
  expect(words.length, 'says what is the matter').toBeGreaterThan(8);
  expect(words).not.toMatch(/undefined|\[object|TypeError|Cannot read/);
}

describe.each(Object.entries(PARTS))('%s', (_name, { ask, good, status = '200 OK' }) => {
  it.each(Object.entries(DAYS))(
    'that %s is a failure in words, in time, and is asked again by the same client',
    async (_day, how) => {
      day = how;
      const again = ask(url);
      await fails(again);
      for (const socket of sockets) socket.destroy();
      day = says(http(status, good));
      expect(await again()).toMatchObject({ ok: true });
    },
  );

  it('whose name nobody knows is a failure in words, in time', async () => {
    await fails(ask('http://nowhere.invalid'));
  });

  it('that nobody is at is a failure in words, in time', async () => {
    await fails(ask('http://127.0.0.1:1'));
  });
});
