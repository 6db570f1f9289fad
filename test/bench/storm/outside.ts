import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Slack that takes a message a second, and at times asks to wait; and a PagerDuty that counts. What they saw is kept. */

export type Outside = {
  slackUrl: string;
  pagerUrl: string;
  /** An API server whose namespaces have their Deployments, and a Prometheus that has measured nothing, under `/prometheus`. */
  clusterUrl: string;
  /** When a channel saw something, ms of a monotonic clock. */
  seenAt: number[];
  /** What came before Retry-After was over. */
  tooSoon(): number;
  /** What the channel shows now, by ts. */
  shown: ReadonlyMap<string, string>;
  historyAsked(): number;
  pages(): number;
  close(): void;
};

const SEEN = ['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'files.completeUploadExternal'];
/** Each so many calls Slack asks to wait so long. */
const LIMIT_EACH = 40;
const WAIT_S = 3;

export async function startOutside(services: { namespace: string; service: string }[]): Promise<Outside> {
  const seenAt: number[] = [];
  const shown = new Map<string, string>();
  let ts = 0;
  let history = 0;
  let pages = 0;
  let tooSoon = 0;
  let freeAt = 0;
  const slack = (method: string, body: string, res: ServerResponse) => {
    if (method === 'conversations.history') history += 1;
    if (!SEEN.includes(method))
      return answer(res, 200, {
        ok: true,
        team_id: 'T1',
        messages: [],
        channel: {},
        permalink: 'https://slack.test/p1',
      });
    const now = performance.now();
    if (now < freeAt) tooSoon += 1;
    seenAt.push(now);
    if (seenAt.length % LIMIT_EACH === 0) {
      freeAt = now + WAIT_S * 1_000;
      return answer(res, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(WAIT_S) });
    }
    const given = new URLSearchParams(body);
    ts += 1;
    const at = given.get('ts') ?? `1700000000.${String(ts).padStart(6, '0')}`;
    shown.set(at, `${given.get('text')} ${given.get('blocks')} ${given.get('metadata')}`);
    answer(res, 200, { ok: true, ts: at, channel: 'C_ONCALL' });
  };
  const slackServer = await listen(async (req, res) =>
    slack((req.url ?? '').split('/').at(-1) ?? '', await bodyOf(req), res),
  );
  const pagerServer = await listen(async (req, res) => {
    await bodyOf(req);
    pages += 1;
    answer(res, 202, { status: 'success' });
  });
  const inNamespace = Map.groupBy(services, ({ namespace }) => namespace);
  const clusterServer = await listen(async (req, res) => {
    await bodyOf(req);
    const { pathname } = new URL(req.url ?? '/', 'http://cluster');
    if (pathname.startsWith('/prometheus'))
      return answer(res, 200, {
        status: 'success',
        data: { resultType: pathname.endsWith('range') ? 'matrix' : 'vector', result: [] },
      });
    const [, namespace = ''] = /\/namespaces\/([^/]+)\/deployments$/.exec(pathname) ?? [];
    if (/\/(namespaces|deployments|statefulsets|daemonsets|pods|nodes|services)\/[^/]+$/.test(pathname))
      return answer(res, 404, { kind: 'Status', code: 404, reason: 'NotFound' });
    answer(res, 200, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: '1' },
      items: (inNamespace.get(namespace) ?? []).map(({ service }) => deployment(namespace, service)),
    });
  });
  return {
    clusterUrl: urlOf(clusterServer),
    slackUrl: `${urlOf(slackServer)}/api/`,
    pagerUrl: `${urlOf(pagerServer)}/v2/enqueue`,
    seenAt,
    tooSoon: () => tooSoon,
    shown,
    historyAsked: () => history,
    pages: () => pages,
    close: () => {
      for (const server of [slackServer, pagerServer, clusterServer]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

const deployment = (namespace: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, uid: `uid-${name}`, resourceVersion: '1', generation: 1, labels: { app: name } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
  },
  status: { observedGeneration: 1, replicas: 2, readyReplicas: 2, availableReplicas: 2, updatedReplicas: 2 },
});

/** The most in any second. */
export function mostASecond(at: number[]): number {
  let most = 0;
  let from = 0;
  for (let to = 0; to < at.length; to += 1) {
    while (at[to]! - at[from]! >= 1_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

function listen(handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>): Promise<Server> {
  const server = createServer((req, res) => void handle(req, res));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}
