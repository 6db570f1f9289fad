import {
  SlackError,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { type Log, slackLogger } from './log.ts';

/**
 * Options for every Slack client of the app: our own timeout (real ms), no hidden retries. A call that is limited or fails comes back at once;
 * when to try again is the caller's to decide, so that edits can be coalesced meanwhile.
 */
export function clientOptions(settings: {
  slackApiUrl?: string | undefined;
  timeoutMs: number;
  log: Log;
}): WebClientOptions {
  return {
    timeout: settings.timeoutMs,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    allowAbsoluteUrls: false,
    logger: slackLogger(settings.log),
    ...(settings.slackApiUrl ? { slackApiUrl: withSlash(settings.slackApiUrl) } : {}),
  };
}

export function createWebClient(settings: {
  token: string;
  slackApiUrl?: string | undefined;
  timeoutMs: number;
  log: Log;
}): WebClient {
  return new WebClient(settings.token, clientOptions(settings));
}

export type SlackFailure = { ok: false; code: string; message: string; retryAfterMs: number | null };

/** What Slack's client throws, as a value. `code` is Slack's own error name, or `rate_limited`, `unreachable`, `http_<status>`. Anything else is a bug and is thrown on. */
export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return {
      ok: false,
      code: 'rate_limited',
      message: `Slack asks to wait ${error.retryAfter} s`,
      retryAfterMs: error.retryAfter * 1000,
    };
  if (error instanceof WebAPIPlatformError) return platformFailure(error);
  if (error instanceof WebAPIHTTPError)
    return {
      ok: false,
      code: `http_${error.statusCode}`,
      message: `Slack answered ${error.statusCode}`,
      retryAfterMs: null,
    };
  if (error instanceof WebAPIRequestError)
    return {
      ok: false,
      code: 'unreachable',
      message: `Slack can’t be reached: ${causeOf(error.original)}`,
      retryAfterMs: null,
    };
  if (error instanceof Error && error.message.startsWith('Retry header did not contain'))
    return { ok: false, code: 'rate_limited', message: 'Slack asks to wait, and not how long', retryAfterMs: null };
  if (error instanceof SlackError) return { ok: false, code: error.code, message: error.message, retryAfterMs: null };
  throw error;
}

function platformFailure(error: WebAPIPlatformError): SlackFailure {
  const details = error.data.response_metadata?.messages?.slice(0, 3).join('; ');
  const hint = HINTS[error.data.error] ?? '';
  const message = `Slack refused: ${error.data.error}${details ? ` (${details})` : ''}${hint}`;
  return { ok: false, code: error.data.error, message, retryAfterMs: null };
}

const HINTS: Record<string, string> = {
  not_in_channel: '; invite the app with /invite in that channel',
  channel_not_found: '; check SLACK_CHANNEL, and for a private channel invite the app first',
  invalid_auth: '; check SLACK_BOT_TOKEN',
  missing_scope: '; install the app again with the scopes of manifest.yml',
};

/** fetch hides the reason one level down. */
function causeOf(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause || error.message;
}

const withSlash = (url: string) => (url.endsWith('/') ? url : `${url}/`);
