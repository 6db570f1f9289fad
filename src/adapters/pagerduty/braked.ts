import type { Brake, Urgency } from './brake.ts';
import type { PagerDutyAnswer } from './through-pdjs.ts';

export type Limited = { limited: 'full' | 'limited'; retryAfterMs: number | null };

const MOST_RETRY_AFTER_MS = 15 * 60_000;
/** PagerDuty says that it is too much, and not for how long. */
const UNSAID_MS = 10_000;

/** One call when it is its turn; what PagerDuty asks to wait holds all others as well. `Limited`: it wasn't sent, or was refused for coming too fast. Rejects when no answer came in time. */
export async function braked(
  brake: Brake,
  urgency: Urgency,
  send: () => Promise<PagerDutyAnswer>,
): Promise<(PagerDutyAnswer & { retryAfterMs: number | null }) | Limited> {
  const turn = await brake.turn(urgency);
  if (!turn.go) return { limited: turn.why, retryAfterMs: Math.ceil(turn.retryAfterMs) };
  const answer = await send();
  const waitMs = retryAfterMs(answer.retryAfter);
  if (answer.status === 429) {
    brake.hold(waitMs ?? UNSAID_MS);
    return { limited: 'limited', retryAfterMs: waitMs };
  }
  if (answer.status >= 500 && waitMs !== null) brake.hold(waitMs);
  return { ...answer, retryAfterMs: waitMs };
}

/** Seconds, or an HTTP date, which is by the real clock. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_RETRY_AFTER_MS) : null;
}
