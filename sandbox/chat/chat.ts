import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesInFolder, bytesInMemory } from './file-bytes.ts';
import { createFileStore } from './file-store.ts';
import { createMessageStore } from './message-store.ts';
import { createRateLimiter, DEMO_RATE_LIMITS, type RateLimits } from './rate-limit.ts';
import { createResponseUrls } from './response-urls.ts';
import { serveSandbox } from './routes.ts';
import type { SandboxState } from './sandbox-state.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import { createStreams } from './stream.ts';
import { createTriggers } from './triggers.ts';
import { createViewStore } from './view-store.ts';
import { serveWebApi } from './web-api.ts';
import type { World } from './world.ts';

const MOST_MESSAGES = 2000;
const MOST_FILES_BYTES = 64 * 1024 * 1024;

export type Chat = {
  /** Answers Slack's Web API (`/api/<method>`, `/slack-api/<method>`) and the chat's routes below `/sandbox`; false for any other path. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Messages and files (without their bytes) as plain JSON, for the state file. */
  snapshot(): unknown;
  /** Counts up with every message, edit, deletion and shared file: saving is due when it differs. */
  revision(): number;
  /** What `snapshot` gave an earlier process; undefined begins afresh. */
  restore(saved: unknown): void;
  /** Ends the pages' streams, so that the server can close. */
  close(): void;
};

export type ChatOptions = {
  /** Sandbox epoch ms: what messages are stamped with. */
  now: () => number;
  signingSecret: string;
  botToken: string;
  /** Base URL of the app; its Slack endpoint is `POST {app}/slack/events`. */
  app: () => string;
  channel: { id: string; name: string };
  state: () => SandboxState;
  /** Where uploaded files are kept; in memory when not given. */
  filesFolder?: string;
  rateLimits?: RateLimits;
  /** Real ms in which the app must acknowledge; 3,000 as Slack's. */
  ackTimeoutMs?: number;
  replyWaitMs?: number;
};

/** A chat workspace with one channel that speaks Slack's protocols over HTTP. */
export function createChat(options: ChatOptions): Chat {
  const messages = createMessageStore(options.now, MOST_MESSAGES);
  const bytes = options.filesFolder === undefined ? bytesInMemory() : bytesInFolder(options.filesFolder);
  const files = createFileStore(MOST_FILES_BYTES, bytes);
  const world: World = {
    now: options.now,
    signingSecret: options.signingSecret,
    botToken: options.botToken,
    app: options.app,
    channel: options.channel,
    state: options.state,
    messages,
    files,
    views: createViewStore(),
    triggers: createTriggers(3000),
    responseUrls: createResponseUrls(),
    limiter: createRateLimiter(options.rateLimits ?? DEMO_RATE_LIMITS, Date.now),
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    replyWaitMs: options.replyWaitMs ?? 2500,
  };
  const streams = createStreams(world);
  let revision = 0;
  messages.onChange(() => {
    revision += 1;
  });

  return {
    async handle(req, res) {
      const base = `http://${req.headers.host ?? '127.0.0.1'}`;
      const path = (req.url ?? '/').split('?')[0] ?? '/';
      const method = /^\/(?:slack-api|api)\/([a-zA-Z]+(?:\.[a-zA-Z]+)+)$/.exec(path)?.[1];
      if (method !== undefined) {
        await serveWebApi(world, method, req, res, base);
        return true;
      }
      return path === '/sandbox' || path.startsWith('/sandbox/') ? serveSandbox(world, streams, req, res, base) : false;
    },
    snapshot: () => takeSnapshot(messages, files),
    revision: () => revision,
    restore: (saved) => restoreSnapshot(messages, files, saved),
    close: () => streams.close(),
  };
}
