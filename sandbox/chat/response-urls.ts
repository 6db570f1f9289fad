import { randomBytes } from 'node:crypto';
import type { Json } from './model.ts';

/** What a response_url was made for. `ts` is the message that was clicked, null for a command; `original` too may be ephemeral. */
export type ResponseTarget = { user: string; ts: string | null; threadTs: string | null };

type Issued = { target: ResponseTarget; at: number; uses: number; waiting: ((body: Json) => void) | null };

export type ResponseUrls = {
  /** A new path below `/sandbox/response/`. */
  issue(target: ResponseTarget): string;
  /** Counts one use; Slack's error when it is unknown, older than 30 min or used 5 times. */
  use(id: string): { target: ResponseTarget } | { error: 'used_url' | 'expired_url' };
  /** The first body that comes to that URL, or null after `timeoutMs` of real time. */
  firstBody(id: string, timeoutMs: number): Promise<Json | null>;
  delivered(id: string, body: Json): void;
};

const LIFE_MS = 30 * 60_000;
const MOST_USES = 5;

export function createResponseUrls(): ResponseUrls {
  const issued = new Map<string, Issued>();
  const arrived = new Map<string, Json>();
  return {
    issue(target) {
      const id = randomBytes(16).toString('hex');
      issued.set(id, { target, at: Date.now(), uses: 0, waiting: null });
      if (issued.size > 2000) issued.delete(issued.keys().next().value as string);
      return id;
    },
    use(id) {
      const entry = issued.get(id);
      if (entry === undefined || Date.now() - entry.at > LIFE_MS) return { error: 'expired_url' };
      entry.uses += 1;
      return entry.uses > MOST_USES ? { error: 'used_url' } : { target: entry.target };
    },
    delivered(id, body) {
      const entry = issued.get(id);
      if (entry?.waiting) entry.waiting(body);
      else if (entry !== undefined && arrived.size < 100) arrived.set(id, body);
    },
    firstBody(id, timeoutMs) {
      const entry = issued.get(id);
      const early = arrived.get(id);
      arrived.delete(id);
      if (early !== undefined || entry === undefined) return Promise.resolve(early ?? null);
      return new Promise((resolve) => {
        const timer = setTimeout(() => entry.waiting?.({ timedOut: true }), timeoutMs);
        entry.waiting = (body) => {
          clearTimeout(timer);
          entry.waiting = null;
          resolve(body.timedOut === true ? null : body);
        };
      });
    },
  };
}
