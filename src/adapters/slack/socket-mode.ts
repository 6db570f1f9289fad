import { SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { type SlackLog, slackLogger } from './log.ts';
import { slackFailure } from './web-client.ts';

export type SocketMode = {
  receiver: SocketModeReceiver;
  /** Rejects when Slack doesn't take the token. When Slack is away it resolves, and the connection is made as soon as Slack is back. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Real ms before the next try; the last one stays. */
const DELAYS_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** What no waiting mends. */
const FOR_GOOD = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'user_removed_from_team',
  'team_disabled',
  'not_allowed_token_type',
  'missing_scope',
]);

/**
 * Socket mode that stays connected. The library's own reconnecting gives up on the first call that fails, as a rejection that nobody catches and that ends the process; so it is off, and
 * this does it: after each lost connection (Slack ends every one after some hours) a new one, with longer and longer waits while that fails.
 */
export function createSocketMode(settings: {
  appToken: string;
  clientOptions: WebClientOptions;
  log: SlackLog;
}): SocketMode {
  const { appToken, clientOptions, log } = settings;
  const receiver = new SocketModeReceiver({
    appToken,
    installerOptions: { clientOptions },
    logger: slackLogger(log),
    autoReconnectEnabled: false,
  });
  const { client } = receiver;
  let stopped = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    await client.start();
    failures = 0;
    client.once('disconnected', () => again('the connection ended'));
  };
  const again = (why: string): void => {
    if (stopped) return;
    const waitMs = DELAYS_MS[Math.min(failures, DELAYS_MS.length - 1)] ?? 0;
    failures += 1;
    log.warn({ why, waitMs }, 'socket mode is not connected; connecting again');
    timer = setTimeout(() => void connect().catch((error: unknown) => again(reasonOf(error).message)), waitMs);
  };
  return {
    receiver,
    async start() {
      stopped = false;
      try {
        await connect();
      } catch (error) {
        const { code, message } = reasonOf(error);
        if (FOR_GOOD.has(code)) throw new Error(`Socket mode: ${message}; check SLACK_APP_TOKEN`);
        again(message);
      }
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client.disconnect();
    },
  };
}

/** The client rejects with nothing at all when a connection is closed before Slack's hello. */
function reasonOf(error: unknown): { code: string; message: string } {
  return error === undefined ? { code: 'closed', message: 'Slack closed the connection' } : slackFailure(error);
}
