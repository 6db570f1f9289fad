import {
  SlackError,
  type WebAPICallResult,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api';
import { createLine, type Line, type Urgency } from './channel-line.ts';
import { type SlackLog, slackLogger } from './log.ts';

/**
 * Options for every Slack client of the app: our own timeout (real ms), no hidden retries. A call that is limited or fails comes back at once;
 * when to try again is the caller's to decide, so that edits can be coalesced meanwhile.
 */
export function clientOptions(settings: {
  slackApiUrl?: string | undefined;
  timeoutMs: number;
  log: SlackLog;
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
  /** How many calls a second a channel takes; null: as many as there are. */
  perSecond?: number | null | undefined;
  log: SlackLog;
}): WebClient {
  const { perSecond = isLoopback(settings.slackApiUrl) ? null : SLACKS_OWN } = settings;
  const everyMs = perSecond === null ? 0 : (1_000 * MARGIN) / perSecond;
  return new PacedClient(settings.token, clientOptions(settings), everyMs);
}

/** Slack takes a message a second and channel, edits and threads among them. */
const SLACKS_OWN = 1;
/** What leaves here evenly may arrive closer together. */
const MARGIN = 1.05;
/** Who comes behind so many is asked to come again: an effect that waits holds a worker. */
const MOST_WAITING = 16;

/** Calls that a channel sees, and whose pace is Slack's. */
const SEEN = new Set([
  'chat.postMessage',
  'chat.update',
  'chat.postEphemeral',
  'chat.delete',
  'files.completeUploadExternal',
]);

/** A client that keeps to Slack's pace: each channel has its line, and after a 429 nothing goes before its time. */
class PacedClient extends WebClient {
  readonly #lines = new Map<string, Line>();
  readonly #everyMs: number;

  constructor(token: string, options: WebClientOptions, everyMs: number) {
    super(token, options);
    this.#everyMs = everyMs;
  }

  override async apiCall(method: string, given: Record<string, unknown> = {}): Promise<WebAPICallResult> {
    // Other methods have limits of their own, each by its name.
    const line = this.#lineOf(SEEN.has(method) ? String(given.channel ?? given.channel_id ?? '') : method);
    if (SEEN.has(method)) await inTurn(line, method, given);
    else if (line.heldMs() > 0) throw new SlackBusy(line.heldMs());
    try {
      return await super.apiCall(method, given);
    } catch (error) {
      if (error instanceof WebAPIRateLimitedError) line.hold(error.retryAfter * 1_000);
      throw error;
    }
  }

  #lineOf(name: string): Line {
    const known = this.#lines.get(name) ?? createLine({ everyMs: this.#everyMs, most: MOST_WAITING });
    this.#lines.set(name, known);
    return known;
  }
}

async function inTurn(line: Line, method: string, given: Record<string, unknown>): Promise<void> {
  const edits = method === 'chat.update' ? `${String(given.ts)}` : null;
  const turn = await line.turn(urgencyOf(method, given), edits);
  if (turn !== 'go') throw new SlackBusy(line.waitMs());
}

/** What somebody has to answer carries a button to approve; what answers a person is meant for one alone. */
function urgencyOf(method: string, given: Record<string, unknown>): Urgency {
  if (method === 'chat.postEphemeral' || JSON.stringify(given.blocks ?? '').includes('"approve"')) return 'question';
  if (given.thread_ts !== undefined || method.startsWith('files.')) return 'detail';
  return method === 'chat.postMessage' ? 'post' : 'edit';
}

/** Not sent: the line before Slack is long, or a newer edit has taken this one's place. */
export class SlackBusy extends Error {
  override readonly name = 'SlackBusy';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('others are before it in the line to Slack');
    this.retryAfterMs = retryAfterMs;
  }
}

function isLoopback(url: string | undefined): boolean {
  return url !== undefined && URL.canParse(url) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

export type SlackFailure = { ok: false; code: string; message: string; retryAfterMs: number | null };

/** What Slack's client throws, as a value. `code` is Slack's own error name, or `rate_limited`, `unreachable`, `http_<status>`. Anything else is a bug and is thrown on. */
export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof SlackBusy)
    return { ok: false, code: 'busy', message: error.message, retryAfterMs: error.retryAfterMs };
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
  // The connection broke in the middle of the answer: what was asked may have been done.
  if (error instanceof TypeError && error.message === 'terminated')
    return {
      ok: false,
      code: 'unreachable',
      message: `Slack can’t be reached: ${causeOf(error)}`,
      retryAfterMs: null,
    };
  if (error instanceof Error && error.message.startsWith('Retry header did not contain'))
    return { ok: false, code: 'rate_limited', message: 'Slack asks to wait, and not how long', retryAfterMs: null };
  if (error instanceof SlackError) return { ok: false, code: error.code, message: error.message, retryAfterMs: null };
  throw error;
}

const NOT_SLACK = 'not_slack';
const NO_ANSWER = new Set(['unreachable', NOT_SLACK, 'service_unavailable', 'request_timeout']);

/** Whether what was sent may have arrived: no answer came, or one of a server in trouble. */
export const isUncertain = (code: string): boolean =>
  !['busy', 'rate_limited'].includes(code) && (/^http_5|_error$/.test(code) || NO_ANSWER.has(code));

function platformFailure(error: WebAPIPlatformError): SlackFailure {
  if (typeof error.data.error !== 'string')
    return { ok: false, code: NOT_SLACK, message: 'What answers is not Slack', retryAfterMs: null };
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
