import type { FileStore } from './file-store.ts';
import type { MessageStore } from './message-store.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { Triggers } from './triggers.ts';
import type { ViewStore } from './view-store.ts';

/** What every part of the chat works on. */
export type World = {
  /** Sandbox epoch ms. */
  now: () => number;
  signingSecret: string;
  botToken: string;
  /** Base URL of the app. */
  app: () => string;
  channel: { id: string; name: string };
  state: () => SandboxState;
  messages: MessageStore;
  files: FileStore;
  views: ViewStore;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  limiter: RateLimiter;
  /** Real ms within which the app must acknowledge an interaction; Slack's are 3,000. */
  ackTimeoutMs: number;
  /** Real ms that a command's reply through `response_url` is waited for, when the acknowledgement was empty. */
  replyWaitMs: number;
};
