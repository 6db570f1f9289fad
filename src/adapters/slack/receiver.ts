import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../../domain/clock.ts';
import type { People } from '../../extension-points/people.ts';
import type { Command } from '../../extension-points.ts';
import type { HeardOnce } from '../../ports/heard-once.ts';
import { createClicks } from './clicks.ts';
import { end, frontDoor, SLACK_PATH } from './front-door.ts';
import { listenToSlack } from './listeners.ts';
import { type SlackLog, slackLogger } from './log.ts';
import { ownTeamOf } from './own-team.ts';
import { createReplayGuard } from './replay-guard.ts';
import { createSocketMode } from './socket-mode.ts';
import { clientOptions, createWebClient } from './web-client.ts';

export type SlackAppSettings = {
  token: string;
  /** For requests over HTTP. */
  signingSecret?: string | undefined;
  /** For socket mode; both together work too. */
  appToken?: string | undefined;
  slackApiUrl?: string | undefined;
  /** Of each call to Slack, in real ms. */
  timeoutMs?: number;
  people: People;
  commands: Command[];
  /** What all replicas have heard; without it this one remembers its own. */
  heardOnce?: HeardOnce;
  clock: Clock;
  log: SlackLog;
};

export type SlackApp = {
  /** For `POST /slack/events` (events, actions, commands) of whoever owns the HTTP server. It answers every request itself, others with 404 or 405. */
  handler(req: IncomingMessage, res: ServerResponse): void;
  /** Connects socket mode, if it is set up; rejects when Slack doesn't let it. Over HTTP there is nothing to start. */
  start(): Promise<void>;
  stop(): Promise<void>;
  client: WebClient;
};

export { SLACK_PATH };

/** Slack's way in: Bolt behind a handler, so that one HTTP server can hold everything. A forged, stale or replayed request is refused with 401. Throws when neither a signing secret nor an app token is given. */
export function createSlackApp(settings: SlackAppSettings): SlackApp {
  const { signingSecret, appToken, token, log } = settings;
  const options = clientOptions({ slackApiUrl: settings.slackApiUrl, timeoutMs: settings.timeoutMs ?? 5_000, log });
  const http = signingSecret ? httpReceiver(signingSecret, log) : null;
  const socket = appToken ? createSocketMode({ appToken, clientOptions: options, log }) : null;
  const receiver = socket?.receiver ?? http;
  if (!receiver) throw new Error('Slack needs a signing secret (HTTP) or an app token (socket mode)');
  const app = new App({
    receiver,
    // A function, not a token: Bolt would otherwise ask Slack who it is at the first click, and fail the click when Slack doesn't answer.
    authorize: async () => ({ botToken: token }),
    clientOptions: options,
    logger: slackLogger(log),
    ignoreSelf: false,
    convoStore: false,
  });
  if (socket && http) http.init(app);
  const { ownTeam, learnTeam } = ownTeamOf(
    createWebClient({ ...options, token, timeoutMs: options.timeout ?? 5_000, slackApiUrl: settings.slackApiUrl, log }),
  );
  listenToSlack(app, { ...settings, ownTeam });
  return {
    handler:
      http && signingSecret
        ? frontDoor({
            secret: signingSecret,
            guard: createReplayGuard(Date.now, settings.heardOnce ?? null),
            log,
            clicks: createClicks({ run: (body) => app.processEvent({ body, ack: async () => {} }), log }),
            pass: (req, res) => http.requestListener(req, res),
          })
        : (_req, res) => end(res, 404),
    async start() {
      await learnTeam();
      await socket?.start();
    },
    async stop() {
      await socket?.stop();
    },
    client: app.client,
  };
}

function httpReceiver(signingSecret: string, log: SlackLog): HTTPReceiver {
  return new HTTPReceiver({ signingSecret, endpoints: [SLACK_PATH], logger: slackLogger(log) });
}
