import type { StoredMessage } from './model.ts';

/** What changed, for whoever shows the channel. */
type ChannelChange =
  | { kind: 'message'; message: StoredMessage }
  | { kind: 'removed'; ts: string; ephemeralFor: string | null };

export type MessageStore = {
  /** A new, unique `ts` for the present instant; always later than every one before it. */
  nextTs(): string;
  /** Adds or replaces by `ts`; drops the oldest beyond the bound. */
  put(message: StoredMessage): void;
  get(ts: string): StoredMessage | undefined;
  remove(ts: string): boolean;
  /** Oldest first. With a user, ephemeral messages for that user are included; without one, none are. */
  visible(user?: string): StoredMessage[];
  /** Replies of a thread, oldest first, parent not included. */
  replies(parentTs: string): StoredMessage[];
  onChange(listener: (change: ChannelChange) => void): () => void;
  all(): StoredMessage[];
};

/** Messages in memory, at most `limit`. `now` gives sandbox epoch ms. */
export function createMessageStore(
  now: () => number,
  limit: number,
  initial: readonly StoredMessage[] = [],
): MessageStore {
  const messages = new Map<string, StoredMessage>();
  const listeners = new Set<(change: ChannelChange) => void>();
  let lastMicros = 0;

  const tell = (change: ChannelChange): void => {
    for (const listener of listeners) listener(change);
  };
  const remove = (ts: string): boolean => {
    const message = messages.get(ts);
    if (message === undefined) return false;
    messages.delete(ts);
    tell({ kind: 'removed', ts, ephemeralFor: message.ephemeralFor });
    return true;
  };
  const put = (message: StoredMessage): void => {
    messages.set(message.ts, message);
    lastMicros = Math.max(lastMicros, microsOf(message.ts));
    tell({ kind: 'message', message });
    // A Map keeps insertion order and `ts` only ever grows, so the first key is the oldest.
    while (messages.size > limit) remove(messages.keys().next().value as string);
  };
  for (const message of initial) put(message);

  return {
    put,
    remove,
    nextTs() {
      lastMicros = Math.max(Math.floor(now()) * 1000, lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, '0')}`;
    },
    get: (ts) => messages.get(ts),
    visible: (user) => [...messages.values()].filter((m) => m.ephemeralFor === null || m.ephemeralFor === user),
    replies: (parentTs) => [...messages.values()].filter((m) => m.threadTs === parentTs && m.ephemeralFor === null),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    all: () => [...messages.values()],
  };
}

/** Microseconds since the epoch that a `ts` stands for; 0 for anything that isn't one. Exact below 2^53. */
export function microsOf(ts: string): number {
  const match = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(ts);
  return match === null ? 0 : Number(match[1]) * 1e6 + Number((match[2] ?? '').padEnd(6, '0'));
}
