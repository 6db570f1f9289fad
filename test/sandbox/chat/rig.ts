import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { type Chat, type ChatOptions, createChat } from '../../../sandbox/chat/chat.ts';
import { exampleState } from './example-state.ts';

export const SECRET = 'a-signing-secret';
export const TOKEN = 'xoxb-sandbox';

export type Rig = {
  chat: Chat;
  url: string;
  client: WebClient;
  /** POSTs JSON to a route of the sandbox. */
  post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  messages(user?: string): Promise<ShownMessage[]>;
  stop(): Promise<void>;
};

export type ShownMessage = {
  ts: string;
  text: string;
  blocks: { type: string; block_id: string }[];
  thread_ts: string | null;
  user: string;
} & Record<string, unknown>;

export async function listen(server: Server, port = 0): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What else the server answers, and where it listens. */
export type Beside = { serve?: RequestListener; port?: number };

/** The chat behind a server of its own, and Slack's own client talking to it. */
export async function startRig(options: Partial<ChatOptions> = {}, beside: Beside = {}): Promise<Rig> {
  const chat = createChat({
    now: Date.now,
    signingSecret: SECRET,
    botToken: TOKEN,
    app: () => 'http://127.0.0.1:9',
    channel: { id: 'C_ONCALL', name: 'oncall' },
    state: exampleState,
    ...options,
  });
  const server = createServer(async (req, res) => {
    if (await chat.handle(req, res)) return;
    if (beside.serve === undefined) res.writeHead(404).end();
    else beside.serve(req, res);
  });
  const url = await listen(server, beside.port);
  const post: Rig['post'] = async (path, body) => {
    const response = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    chat,
    url,
    client: new WebClient(TOKEN, {
      slackApiUrl: `${url}/slack-api/`,
      logLevel: LogLevel.ERROR,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    }),
    post,
    async messages(user) {
      const response = await fetch(`${url}/sandbox/messages${user === undefined ? '' : `?user=${user}`}`);
      return (await response.json()) as ShownMessage[];
    },
    async stop() {
      chat.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An app made with the real Bolt, whose receiver checks every signature. */
export async function startApp(
  secret: string,
  slackApiUrl: () => string,
  setUp: (app: App) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const receiver = new HTTPReceiver({ signingSecret: secret, endpoints: '/slack/events', logLevel: LogLevel.ERROR });
  const server = createServer((req, res) => receiver.requestListener(req, res));
  const url = await listen(server);
  const app = new App({
    token: TOKEN,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slackApiUrl(), retryConfig: { retries: 0 } },
  });
  setUp(app);
  return {
    url,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
