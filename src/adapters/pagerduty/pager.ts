import { headOf } from '../../domain/cut-text.ts';
import type { Pager } from '../../ports/pager.ts';
import { type Brake, createBrake, type Urgency } from './brake.ts';
import { braked } from './braked.ts';
import { followUpEvent, type PagerDutyEvent, triggerEvent } from './event.ts';
import { eventSender, type SendEvent } from './send-event.ts';

export type PagerSettings = {
  /** Undefined: no PagerDuty. */
  routingKey?: string | undefined;
  /** Another server that speaks the Events API v2: its whole address. */
  eventsUrl?: string | undefined;
  /** Of each call, in real ms. */
  timeoutMs: number;
  /** Shared with whoever else asks PagerDuty. Absent: one of its own. */
  brake?: Brake | undefined;
};

type Paged = Awaited<ReturnType<Pager['trigger']>>;

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue';

/** PagerDuty as the Pager port, over its Events API v2. Expected failures are values; nothing is retried here, and nothing goes faster than PagerDuty takes it. A repeat under the same dedup key pages nobody twice. */
export function createPager(settings: PagerSettings): Pager {
  const { routingKey } = settings;
  if (!routingKey) return unconfigured;
  const parts = {
    send: eventSender(settings.eventsUrl ?? EVENTS_URL, settings.timeoutMs),
    brake: settings.brake ?? createBrake(),
  };
  return {
    configured: true,
    trigger: (page) => attempt(parts, 'page', triggerEvent(routingKey, page)),
    acknowledge: (dedupKey) => attempt(parts, 'answer', followUpEvent(routingKey, 'acknowledge', dedupKey)),
    resolve: (dedupKey) => attempt(parts, 'answer', followUpEvent(routingKey, 'resolve', dedupKey)),
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

type Parts = { send: SendEvent; brake: Brake };

/** 202 is the only yes. */
async function attempt({ send, brake }: Parts, urgency: Urgency, event: PagerDutyEvent): Promise<Paged> {
  try {
    const answer = await braked(brake, urgency, () => send(event));
    const { retryAfterMs } = answer;
    if ('limited' in answer)
      return {
        ok: false,
        message:
          answer.limited === 'full' ? 'Too much waits to be sent to PagerDuty' : 'PagerDuty is limiting the rate',
        retryAfterMs,
      };
    if (answer.status === 202) return { ok: true };
    return { ok: false, message: `PagerDuty answered ${answer.status}${reasonOf(answer.body)}`, retryAfterMs };
  } catch (error) {
    return {
      ok: false,
      message: `PagerDuty can’t be reached: ${error instanceof Error ? error.message : String(error)}`,
      retryAfterMs: null,
    };
  }
}

function reasonOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, errors } = body as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors.slice(0, 3).map(String) : [];
  const parts = [typeof message === 'string' ? message : '', ...details].filter((part) => part !== '');
  return parts.length > 0 ? `: ${headOf(parts.join('; '), 300)}` : '';
}
