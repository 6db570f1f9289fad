import { headOf } from '../../domain/cut-text.ts';
import type { Pager } from '../../ports/pager.ts';
import { followUpEvent, type PagerDutyEvent, triggerEvent } from './event.ts';
import { type EventAnswer, eventSender, type SendEvent } from './send-event.ts';

export type PagerSettings = {
  /** Undefined: no PagerDuty. */
  routingKey?: string | undefined;
  /** Another server that speaks the Events API v2: its whole address. */
  eventsUrl?: string | undefined;
  /** Of each call, in real ms. */
  timeoutMs: number;
};

type Paged = Awaited<ReturnType<Pager['trigger']>>;

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';
const MOST_RETRY_AFTER_MS = 15 * 60_000;

/** PagerDuty as the Pager port, over its Events API v2. Expected failures are values; nothing is retried here. A repeat under the same dedup key pages nobody twice. */
export function createPager(settings: PagerSettings): Pager {
  const { routingKey } = settings;
  if (!routingKey) return unconfigured;
  const send = eventSender(settings.eventsUrl ?? EVENTS_URL, settings.timeoutMs);
  return {
    configured: true,
    trigger: (page) => attempt(send, triggerEvent(routingKey, page)),
    acknowledge: (dedupKey) => attempt(send, followUpEvent(routingKey, 'acknowledge', dedupKey)),
    resolve: (dedupKey) => attempt(send, followUpEvent(routingKey, 'resolve', dedupKey)),
  };
}

const notConfigured = async (): Promise<Paged> => ({
  ok: false,
  message: 'PagerDuty isn’t configured: PAGERDUTY_ROUTING_KEY is not set',
  retryAfterMs: null,
});

const unconfigured: Pager = {
  configured: false,
  trigger: notConfigured,
  acknowledge: notConfigured,
  resolve: notConfigured,
};

async function attempt(send: SendEvent, event: PagerDutyEvent): Promise<Paged> {
  try {
    return outcome(await send(event));
  } catch (error) {
    return {
      ok: false,
      message: `PagerDuty can’t be reached: ${error instanceof Error ? error.message : String(error)}`,
      retryAfterMs: null,
    };
  }
}

/** 202 is the only yes. */
function outcome(answer: EventAnswer): Paged {
  if (answer.status === 202) return { ok: true };
  if (answer.status === 429)
    return { ok: false, message: 'PagerDuty is limiting the rate', retryAfterMs: retryAfterMs(answer.retryAfter) };
  return {
    ok: false,
    message: `PagerDuty answered ${answer.status}${reasonOf(answer.body)}`,
    retryAfterMs: retryAfterMs(answer.retryAfter),
  };
}

/** Seconds, or an HTTP date, which is by the real clock. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_RETRY_AFTER_MS) : null;
}

function reasonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, errors } = body as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors.slice(0, 3).map(String) : [];
  const parts = [typeof message === 'string' ? message : '', ...details].filter((part) => part !== '');
  return parts.length > 0 ? `: ${headOf(parts.join('; '), 300)}` : '';
}
