import { pino } from 'pino';
import type { Deps } from '../../src/app/deps.ts';
import { silentChat } from '../../src/app/missing-parts.ts';

/** The first of a plan's digest, in the key of its page. */
const QUESTION = /-ask-([0-9a-f]+)-/;

/** Where a person was reached: a post that rings, or a page, for an incident, at a time. `planDigest`: what was asked, or how that begins. */
export type Heard = { incident: string; at: number; planDigest: string | null };
export type Mouths = ReturnType<typeof createMouths>;

const UNSENT = { ok: false as const, retryAfterMs: 2_000, message: 'no answer' };

/** A chat and a pager of which each can be away. */
export function createMouths(now: () => number) {
  const heard: Heard[] = [];
  const away = { chat: false, pager: false };
  const sent = (ts: string) => (away.chat ? UNSENT : { ok: true as const, channel: 'C', ts });
  const chat: Deps['chat'] = {
    ...silentChat(pino({ level: 'silent' })),
    digest: (incident) => `${incident.state.name} ${incident.alertCount}`,
    deliver: async (incident) => sent(incident.id),
    callDigest: (_incident, call) => call.about,
    async ring(incident, call) {
      if (!away.chat) heard.push({ incident: incident.id, at: now(), planDigest: call.planDigest });
      return sent(`${incident.id} ${call.about}`);
    },
    settle: async (incident) => sent(incident.id),
    isThere: async () => (away.chat ? { kind: 'unknown', message: 'no answer' } : { kind: 'there' }),
    announce: async () => sent('announced'),
    threadLines: async (incident) => sent(incident.id),
  };
  const pager: Deps['pager'] = {
    configured: true,
    async trigger({ details, dedupKey }) {
      if (away.pager) return { ok: false, message: 'no answer', retryAfterMs: 5_000 };
      heard.push({ incident: details.incident ?? '', at: now(), planDigest: QUESTION.exec(dedupKey)?.[1] ?? null });
      return { ok: true };
    },
    acknowledge: async () => ({ ok: true }),
    resolve: async () => ({ ok: true }),
  };
  return { chat, pager, away, heard };
}
