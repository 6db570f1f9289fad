import { createHash } from 'node:crypto';
import type { PagerDutyIntake } from '../adapters/http/pagerduty-route.ts';
import { parsePagerDutyWebhook } from '../adapters/pagerduty/webhook.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { readNote } from '../domain/pager-note.ts';
import { isQuestionPage, openPages, pagesOf, stalePages } from '../domain/pages.ts';
import { record } from '../pipeline/record.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { Deps } from './deps.ts';
import { decideByNote, type NoteParts, type PagerNote } from './pagerduty-notes.ts';

/** PagerDuty tries again for a while; what is older may be a copy that somebody has kept. Of real time, as PagerDuty's clock is. */
const OLDEST_MS = 60 * 60_000;
const AHEAD_MS = 5 * 60_000;

/** What people do in PagerDuty with a page of ours is the incident's: acknowledged, or resolved. Each webhook counts once, and none after a newer one of the same page. */
export function pagerDutyIntake(
  deps: Deps,
  secret: string | null,
  heard: HeardOnce,
  notes: Omit<NoteParts, 'whose' | 'log'> | null = null,
): PagerDutyIntake {
  if (!secret) return { accept: null };
  /** Each note once, and none that was written before one that has decided already. */
  const heardNote = async (rawBody: Buffer, note: PagerNote, at: number): Promise<'accepted' | 'ignored'> => {
    if (!notes || readNote(note.content) === null) return 'ignored';
    const copy = `pagerduty ${createHash('sha256').update(rawBody).digest('hex')}`;
    if (!(await heard.first(copy, OLDEST_MS + AHEAD_MS))) return 'ignored';
    try {
      if (!(await heard.newest(`pagerduty note ${note.incident}`, at, OLDEST_MS + AHEAD_MS))) return 'ignored';
      const parts = { ...notes, whose: (key: string) => whosePage(deps, key), log: deps.log };
      return (await decideByNote(parts, note)) ? 'accepted' : 'ignored';
    } catch (error) {
      await heard.forget(copy).catch(() => undefined);
      throw error;
    }
  };
  return {
    async accept(rawBody, signature) {
      const parsed = parsePagerDutyWebhook(rawBody, signature, secret);
      if (!parsed.ok) return parsed.reason === 'bad_signature' ? 'bad_signature' : 'ignored';
      const { type, dedupKey, at, by, note } = parsed.event;
      if (type === 'annotated')
        return notes && note && at !== null && isFresh(at) ? heardNote(rawBody, note, at) : 'ignored';
      if (type !== 'acknowledged' && type !== 'resolved') return 'ignored';
      const incident = dedupKey === null ? null : await whosePage(deps, dedupKey);
      if (!incident || dedupKey === null || at === null || !isFresh(at)) return 'ignored';
      if (!isNews(incident, dedupKey, type, by)) return 'ignored';
      const copy = `pagerduty ${createHash('sha256').update(rawBody).digest('hex')}`;
      if (!(await heard.first(copy, OLDEST_MS + AHEAD_MS))) return 'ignored';
      try {
        if (!(await heard.newest(`pagerduty ${dedupKey}`, at, OLDEST_MS + AHEAD_MS))) return 'ignored';
        await record(deps, incident.id, eventOf(type, incident, dedupKey, by ?? 'PagerDuty', deps.clock.now()));
      } catch (error) {
        await heard.forget(copy).catch(() => undefined);
        throw error;
      }
      return 'accepted';
    },
  };
}

const isFresh = (at: number): boolean => at > Date.now() - OLDEST_MS && at < Date.now() + AHEAD_MS;

/**
 * What we tell PagerDuty comes back as a webhook, and so does what it lets run out: neither is anybody's word. Nor is the end of a page that is over here: of a closed
 * incident, or of a question that is decided.
 */
function isNews(incident: Incident, dedupKey: string, type: 'acknowledged' | 'resolved', by: string | null): boolean {
  const page = openPages(incident).find((one) => one.dedupKey === dedupKey);
  if (type === 'acknowledged') return by !== null || page?.status === 'triggered';
  if (by === null || incident.state.name === 'closed' || !page) return false;
  return stalePages(incident).every((stale) => stale.dedupKey !== dedupKey);
}

/** A resolved page ends what only people could still end; of anything else, a question among it, they have said that they see to it. */
function eventOf(type: 'acknowledged' | 'resolved', incident: Incident, key: string, by: string, at: number): Event {
  const { state } = incident;
  return type === 'resolved' && state.name === 'escalated' && !isQuestionPage(incident, key)
    ? { type: 'closed_by_human', at, user: by, outcome: 'healed_by_human' }
    : { type: 'acknowledged', at, by };
}

/** The incident that triggered a page under exactly this key, in this cluster; null for anybody else's key. */
async function whosePage(deps: Deps, dedupKey: string): Promise<Incident | null> {
  const ours = `nightshift-${deps.cluster.name}-`;
  if (!dedupKey.startsWith(ours)) return null;
  const parts = dedupKey.slice(ours.length).split('-');
  for (const length of [3, 2]) {
    const id = parts.slice(0, length).join('-');
    const incident = /^INC-[0-9]{1,15}(-[A-Za-z0-9]{1,12})?$/.test(id) ? await deps.store.load(id) : null;
    if (incident && pagesOf(incident).some((page) => page.dedupKey === dedupKey)) return incident;
  }
  return null;
}
