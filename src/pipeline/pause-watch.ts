import type { Clock } from '../domain/clock.ts';
import { inWords } from '../domain/duration.ts';
import type { Chat } from '../ports/chat.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { Pager } from '../ports/pager.ts';
import type { IncidentStore, Pause } from '../ports/store.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Whoever paused is reminded. */
export const PAUSE_REMINDS_MS = 30 * MINUTE_MS;
/** Whoever is on call hears of it, and again as long as it lasts. */
export const PAUSE_CALLS_MS = HOUR_MS;
const CALLS_AGAIN_MS = 4 * HOUR_MS;
/** Of real time. */
const KEEP_MS = 7 * 24 * HOUR_MS;

type Parts = {
  cluster: string;
  store: Pick<IncidentStore, 'pauseState'>;
  clock: Pick<Clock, 'now'>;
  chat: Pick<Chat, 'announce'>;
  pager: Pick<Pager, 'configured' | 'trigger' | 'resolve'>;
  once: Pick<HeardOnce, 'first' | 'forget'>;
  /** Who is called beside whoever paused. */
  approvers: string[];
};

/** Looks at the pause, whether an incident is open or not: nothing is healed while it stands, so one that was forgotten must be heard of. Every replica may ask as often as it likes. */
export function createPauseWatch(parts: Parts): () => Promise<void> {
  let over = 0;
  return async () => {
    const pause = await parts.store.pauseState();
    if (!pause.paused) {
      if (pause.epoch > over) await endPage(parts, pause.epoch);
      over = pause.epoch;
      return;
    }
    const lastsMs = parts.clock.now() - (pause.at ?? parts.clock.now());
    if (lastsMs >= PAUSE_CALLS_MS) await callFor(parts, pause, lastsMs);
    else if (lastsMs >= PAUSE_REMINDS_MS && !endsSoon(pause, parts.clock.now()))
      await onceFor(parts, `pause-reminds ${pause.epoch}`, () =>
        parts.chat.announce(wordsOf(pause, lastsMs), named(pause)),
      );
  };
}

/** Whoever gave it an end that is near hasn't forgotten it. */
const endsSoon = ({ until }: Pause, now: number): boolean => until !== null && until - now <= PAUSE_REMINDS_MS;

async function callFor(parts: Parts, pause: Pause, lastsMs: number): Promise<void> {
  const round = Math.floor((lastsMs - PAUSE_CALLS_MS) / CALLS_AGAIN_MS);
  const message = wordsOf(pause, lastsMs);
  const whom = [...new Set([...named(pause), ...parts.approvers])];
  await onceFor(parts, `pause-calls ${pause.epoch} ${round}`, () => parts.chat.announce(message, whom));
  if (!parts.pager.configured) return;
  await onceFor(parts, `pause-pages ${pause.epoch}`, () =>
    parts.pager.trigger({
      dedupKey: keyOf(parts),
      summary: `${parts.cluster}: ${message}`,
      severity: 'warning',
      source: parts.cluster,
      link: null,
      details: { reason: pause.reason ?? '', paused_by: pause.by ?? '' },
    }),
  );
}

/** Once for each pause that has ended; PagerDuty takes no notice of a key that was never triggered. */
async function endPage(parts: Parts, epoch: number): Promise<void> {
  if (!parts.pager.configured) return;
  await onceFor(parts, `pause-over ${epoch}`, () => parts.pager.resolve(keyOf(parts)));
}

/** What could not be sent is sent by the next look. */
async function onceFor({ once }: Parts, about: string, send: () => Promise<{ ok: boolean }>): Promise<void> {
  if (!(await once.first(about, KEEP_MS))) return;
  try {
    if ((await send()).ok) return;
  } catch (error) {
    await once.forget(about);
    throw error;
  }
  await once.forget(about);
}

const keyOf = ({ cluster }: Pick<Parts, 'cluster'>): string => `nightshift-${cluster}-paused`;
const named = ({ by }: Pause): string[] => (by === null ? [] : [by]);

function wordsOf({ reason, until }: Pause, lastsMs: number): string {
  const why = reason ? ` (${reason})` : '';
  const ends = until === null ? 'it has no end' : `it ends at ${new Date(until).toISOString().slice(11, 16)} UTC`;
  return `Nightshift has been paused for ${inWords(lastsMs)}${why} and ${ends}: nothing is healed meanwhile. \`/heal resume\` lifts it.`;
}
