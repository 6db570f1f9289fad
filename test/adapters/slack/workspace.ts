import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChat } from '../../../sandbox/chat/chat.ts';
import { DEMO_RATE_LIMITS, type RateLimits } from '../../../sandbox/chat/rate-limit.ts';
import type { SlackLog } from '../../../src/adapters/slack/log.ts';

export const SECRET = 'a-signing-secret-of-the-tests';
export const TOKEN = 'xoxb-token-of-the-tests';
export const CHANNEL = { id: 'C_ONCALL', name: 'oncall' };

type Shown = {
  ts: string;
  text: string;
  blocks: Record<string, unknown>[];
  thread_ts?: string;
  user: string;
  edited?: object;
  ephemeral_for?: string;
  metadata?: object;
  files?: object[];
};

export type Workspace = {
  url: string;
  slackApiUrl: string;
  /** Where interactions go: the handler of the app under test. */
  app: { handler: (req: IncomingMessage, res: ServerResponse) => void };
  messages(user?: string): Promise<Shown[]>;
  click(body: object): Promise<Record<string, unknown>>;
  command(
    text: string,
    user?: string,
  ): Promise<{ text: string; blocks: Record<string, unknown>[]; app_status: number }>;
  /** Requests that Slack's API saw, by method. */
  calls: { method: string; at: number }[];
  /** Answers the next call of that method with this instead. */
  intercept(method: string, answer: (res: ServerResponse) => void): void;
  close(): Promise<void>;
};

/** The sandbox's strict Slack on a port of its own, with the app under test on another. */
export async function openWorkspace(options: { now?: () => number; rateLimits?: RateLimits } = {}): Promise<Workspace> {
  const app = { handler: (_req: IncomingMessage, res: ServerResponse): void => void res.writeHead(503).end() };
  const appServer = await listening(createServer((req, res) => app.handler(req, res)));
  const chat = createChat({
    now: options.now ?? Date.now,
    signingSecret: SECRET,
    botToken: TOKEN,
    app: () => urlOf(appServer),
    channel: CHANNEL,
    state: () => ({}) as never,
    rateLimits: options.rateLimits ?? DEMO_RATE_LIMITS,
  });
  const calls: Workspace['calls'] = [];
  const intercepted = new Map<string, (res: ServerResponse) => void>();
  const slack = await listening(
    createServer((req, res) => {
      const method = /\/slack-api\/([a-zA-Z.]+)/.exec(req.url ?? '')?.[1];
      if (method) calls.push({ method, at: Date.now() });
      const answer = method ? intercepted.get(method) : undefined;
      if (answer) {
        intercepted.delete(method as string);
        req.resume().on('end', () => answer(res));
      } else void chat.handle(req, res).then((taken) => taken || res.writeHead(404).end());
    }),
  );
  const url = urlOf(slack);
  const post = async (path: string, body: object) =>
    (
      await fetch(url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    ).json() as Promise<never>;
  return {
    url,
    slackApiUrl: `${url}/slack-api`,
    app,
    calls,
    messages: async (user) =>
      (await fetch(`${url}/sandbox/messages${user ? `?user=${user}` : ''}`)).json() as Promise<Shown[]>,
    click: (body) => post('/sandbox/click', body),
    command: (text, user = 'U_ONCALL') => post('/sandbox/command', { text, user }),
    intercept: (method, answer) => void intercepted.set(method, answer),
    async close() {
      chat.close();
      await Promise.all([closed(slack), closed(appServer)]);
    },
  };
}

export const silentLog: SlackLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Whatever is logged, for tests that want to see it. */
export function recordingLog(): SlackLog & { lines: { level: string; fields: object; text: string }[] } {
  const lines: { level: string; fields: object; text: string }[] = [];
  const at = (level: string) => (fields: object, text: string) => void lines.push({ level, fields, text });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
