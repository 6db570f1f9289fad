import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { createPager } from '../../src/adapters/pagerduty/pager.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { type PrivateRedis, startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { createSlackChat } from '../../src/adapters/slack/chat.ts';
import { startApp } from '../../src/app/app.ts';
import { readConfig, sandboxSettings } from '../../src/app/config.ts';
import type { App } from '../../src/app/world.ts';
import { exportedIncident } from '../../src/domain/exported-incident.ts';
import { postMortemMarkdown } from '../../src/domain/postmortem.ts';
import { type Kept, keptIncidents } from './intake/app-on-redis.ts';

/** A secret is planted wherever one may lie; an incident goes its way past all of them; then everything that was written anywhere is searched for each. */

const bird = (place: string) => `kanari${place}q7Zt9`;
const C = {
  env: bird('env'),
  secret: bird('secret'),
  configMap: bird('configmap'),
  logPassword: bird('logpassword'),
  logBearer: bird('logbearer'),
  logUrl: bird('logurl'),
  lastWords: bird('lastwords'),
  event: bird('event'),
  annotation: bird('annotation'),
  label: bird('label'),
  ruleUrl: bird('ruleurl'),
  ruleQuery: bird('rulequery'),
  kubeconfig: bird('kubeconfig'),
  webhookToken: bird('webhooktoken'),
  apiToken: bird('apitoken'),
  slackToken: `xoxb-${bird('slacktoken')}`,
  routingKey: `${bird('routing')}${'r'.repeat(32)}`.slice(0, 32),
  wrongToken: bird('wrongtoken'),
  wrongBody: bird('wrongbody'),
};

const CLUSTER = 'test';
const written: { where: string; text: string }[] = [];
const note = (where: string, text: string) => void written.push({ where, text });

let folder: string;
let redis: PrivateRedis;
let app: App;
const servers: Server[] = [];
const asked: string[] = [];
let signedIn = 0;

function serve(
  answer: (path: string, body: string, auth: string) => { status?: number; text: string },
): Promise<string> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const given = answer(req.url ?? '', Buffer.concat(chunks).toString(), req.headers.authorization ?? '');
      res.writeHead(given.status ?? 200, { 'content-type': 'application/json' }).end(given.text);
    });
  });
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}

const labels = { app: 'payment-api' };
const container = { name: 'app', image: 'pay:2', env: [{ name: 'DB_PASSWORD', value: C.env }] };
const metadata = (name: string, more: object = {}) => ({
  ...{
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    resourceVersion: '1',
    labels,
    creationTimestamp: '2026-03-01T00:00:00Z',
  },
  ...more,
});
const owner = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: `uid-${name}`, controller: true }],
});
const OBJECTS: Record<string, object[]> = {
  deployments: [
    {
      metadata: metadata('payment-api', { generation: 1 }),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 },
    },
  ],
  replicasets: [
    {
      metadata: metadata('payment-api-1', owner('Deployment', 'payment-api')),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ],
  pods: [
    {
      metadata: metadata('payment-api-1-x', owner('ReplicaSet', 'payment-api-1')),
      spec: { nodeName: 'node-1', containers: [container] },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          {
            ...{ name: 'app', image: 'pay:2', ready: false, restartCount: 9 },
            state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off; password=${C.lastWords}` } },
            lastState: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                message: `fatal: api_key=${C.lastWords}`,
                finishedAt: new Date().toISOString(),
              },
            },
          },
        ],
      },
    },
  ],
  secrets: [
    {
      metadata: metadata('pay'),
      data: { password: Buffer.from(C.secret).toString('base64') },
      stringData: { p: C.secret },
    },
  ],
  configmaps: [{ metadata: metadata('pay'), data: { 'app.properties': `db.password=${C.configMap}` } }],
  events: [
    {
      metadata: metadata('e1'),
      ...{
        involvedObject: { kind: 'Pod', namespace: 'shop', name: 'payment-api-1-x' },
        reason: 'BackOff',
        type: 'Warning',
        count: 9,
      },
      ...{ message: `Back-off restarting: token=${C.event}`, lastTimestamp: new Date().toISOString() },
    },
  ],
};
const LOG = [
  `2026-03-01T00:00:00Z FATAL cannot connect: password=${C.logPassword}`,
  `2026-03-01T00:00:00Z ERROR Authorization: Bearer ${C.logBearer}`,
  `2026-03-01T00:00:00Z ERROR postgres://pay:${C.logUrl}@ledger-db:5432/pay refused`,
].join('\n');

function kubernetes(path: string, _body: string, auth: string): { status?: number; text: string } {
  const { pathname } = new URL(path, 'http://cluster');
  asked.push(pathname);
  if (auth === `Bearer ${C.kubeconfig}`) signedIn += 1;
  if (pathname.startsWith('/prometheus'))
    return { text: '{"status":"success","data":{"resultType":"vector","result":[]}}' };
  if (pathname.endsWith('/log')) return { text: LOG };
  const [, plural = '', name] = /\/(?:namespaces\/[^/]+\/)?([a-z]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (OBJECTS[plural] && name === undefined)
    return { text: JSON.stringify({ kind: 'List', metadata: {}, items: OBJECTS[plural] }) };
  const one = OBJECTS[plural]?.[0];
  if (one) return { text: JSON.stringify(one) };
  if (/\/(namespaces|nodes|statefulsets|daemonsets)\/[^/]+$/.test(pathname))
    return { status: 404, text: '{"kind":"Status","code":404,"reason":"NotFound"}' };
  return { text: '{"kind":"List","metadata":{},"items":[]}' };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-canaries-'));
  redis = await startPrivateRedis({ dataDir: folder });
  const clusterUrl = await serve(kubernetes);
  let ts = 0;
  const slackUrl = await serve((path, body) => {
    note(`Slack ${path}`, decodeURIComponent(body.replaceAll('+', ' ')));
    ts += 1;
    return {
      text: JSON.stringify({
        ok: true,
        channel: 'C0ONCALL',
        ts: `1.${ts}`,
        messages: [],
        permalink: 'https://slack.test/p',
      }),
    };
  });
  const pagerUrl = await serve((_path, body) => {
    note('PagerDuty', JSON.stringify({ ...(JSON.parse(body) as object), routing_key: '' }));
    return { status: 202, text: '{"status":"success"}' };
  });
  const into = new Writable({
    write(chunk: Buffer, _encoding, done) {
      note('log', chunk.toString());
      done();
    },
  });
  const log = pino({ level: 'trace' }, into);
  const read = readConfig({ PORT: '0', LOG_LEVEL: 'trace' });
  if (!read.ok) throw new Error(read.errors.join('\n'));
  const settings = { ...sandboxSettings(), cluster: CLUSTER };
  app = await startApp(
    { ...read.config, settings: { ...settings, scan: { ...settings.scan, enabled: false } } },
    {
      redisUrl: redis.url,
      clock: { now: Date.now, realDelay: (ms: number) => ms },
      cluster: connectCluster({
        name: CLUSTER,
        server: {
          url: clusterUrl,
          signIn: async () => ({ headers: { authorization: `Bearer ${C.kubeconfig}` }, dispatcher: undefined }),
        },
        ...{ timeoutMs: 5_000, userAgent: 'test' },
      }),
      metrics: connectPrometheus({ url: `${clusterUrl}/prometheus`, timeoutMs: 5_000, token: C.kubeconfig }),
      chat: createSlackChat({ token: C.slackToken, slackApiUrl: `${slackUrl}/api/`, channel: 'C0ONCALL', log }),
      pager: createPager({ routingKey: C.routingKey, eventsUrl: `${pagerUrl}/v2/enqueue`, timeoutMs: 5_000 }),
      slack: null,
      ...{ alertmanagerToken: C.webhookToken, apiToken: C.apiToken, firstHandlers: [] },
    },
    log,
  );
});
afterAll(async () => {
  await app?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function call(path: string, token: string, body?: string): Promise<string> {
  const answer = await fetch(`${app.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  note(`answer to ${path}`, text);
  return text;
}

const WEBHOOK = {
  ...{ version: '4', groupKey: '{}', truncatedAlerts: 0, status: 'firing', receiver: 'nightshift' },
  ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager.example' },
};
const ALERT = {
  status: 'firing',
  labels: {
    ...{ alertname: 'KubePodCrashLooping', namespace: 'shop', deployment: 'payment-api', severity: 'critical' },
    api_token: C.label,
  },
  annotations: {
    summary: `payment-api crashes with password=${C.annotation}`,
    runbook_url: `https://u:${C.annotation}@wiki.test/x`,
  },
  ...{ startsAt: new Date(Date.now() - 60_000).toISOString(), endsAt: '0001-01-01T00:00:00Z', fingerprint: 'f1' },
  generatorURL: `http://prom:${C.ruleUrl}@prometheus.test/graph?g0.expr=up&token=${C.ruleQuery}`,
};

/** Every value that Redis holds, whatever its type. */
async function everythingIn(url: string): Promise<string> {
  const client = new Redis(url);
  const texts: string[] = [];
  for (const key of await client.keys('*')) {
    const type = await client.type(key);
    const read = {
      string: ['get', key],
      hash: ['hgetall', key],
      list: ['lrange', key, '0', '-1'],
      set: ['smembers', key],
    };
    const command =
      read[type as keyof typeof read] ?? (type === 'zset' ? ['zrange', key, '0', '-1'] : ['xrange', key, '-', '+']);
    texts.push(`${key} ${JSON.stringify(await client.call(command[0]!, ...command.slice(1)))}`);
  }
  client.disconnect();
  return texts.join('\n');
}

async function diagnosedIncident(): Promise<Kept> {
  for (let tries = 0; tries < 200; tries += 1) {
    const [incident] = await keptIncidents(redis.url);
    if (incident?.diagnosis && incident.message) return incident;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it was never diagnosed and shown');
}

it('a secret stays where it is, wherever it lies', async () => {
  await call('/webhooks/alertmanager', C.wrongToken, JSON.stringify({ ...WEBHOOK, alerts: [ALERT] }));
  await call('/webhooks/alertmanager', C.webhookToken, `{"password": "${C.wrongBody}`);
  await call(
    '/webhooks/alertmanager',
    C.webhookToken,
    JSON.stringify({ ...WEBHOOK, alerts: [{ ...ALERT, labels: C.wrongBody }] }),
  );
  expect(
    await call('/webhooks/alertmanager', C.webhookToken, JSON.stringify({ ...WEBHOOK, alerts: [ALERT] })),
  ).toContain('INC-');
  const incident = await diagnosedIncident();
  note('export', JSON.stringify(exportedIncident(incident)));
  note(
    'post-mortem',
    postMortemMarkdown({ ...incident, outcome: null, why: '', skipped: incident.skippedSteps, seen: null }),
  );
  await call('/api/incidents', C.apiToken);
  expect(await call(`/api/incidents/${incident.id}`, C.apiToken)).toContain('crash_loop');
  await call('/metrics', '');
  note('Redis', await everythingIn(redis.url));
  // It did come past them.
  expect(signedIn).toBeGreaterThan(5);
  expect(asked.some((path) => path.endsWith('/log'))).toBe(true);
  expect(incident.diagnosis?.issue.kind).toBe('crash_loop');
  expect(written.some(({ where }) => where.includes('chat.postMessage'))).toBe(true);
  expect(written.some(({ where }) => where === 'PagerDuty')).toBe(true);
  expect(written.filter(({ where }) => where === 'post-mortem')[0]?.text).toContain('payment-api');
  const found = Object.entries(C).flatMap(([name, canary]) =>
    written.flatMap(({ where, text }) => {
      const at = text.indexOf(canary);
      return at < 0 ? [] : [`${name} in ${where}: ${text.slice(Math.max(0, at - 120), at + canary.length + 10)}`];
    }),
  );
  expect(found).toEqual([]);
});
