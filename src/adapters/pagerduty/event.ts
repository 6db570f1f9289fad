import { createHash } from 'node:crypto';
import { cutText } from '../../domain/cut-text.ts';
import type { PageRequest } from '../../ports/pager.ts';

/** An event as PagerDuty's Events API v2 takes it. */
export type PagerDutyEvent = {
  routing_key: string;
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  payload?: {
    summary: string;
    source: string;
    severity: PageRequest['severity'];
    custom_details: Record<string, string>;
  };
  links?: { href: string; text: string }[];
  client?: string;
};

/** PagerDuty's published limits, in characters; those on details are ours, well below its 512 KB for the whole. */
const MOST = { summary: 1_024, dedupKey: 255, source: 255, detail: 2_000, detailName: 100, details: 30 } as const;

export function triggerEvent(routingKey: string, page: PageRequest): PagerDutyEvent {
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: dedupKey(page.dedupKey),
    payload: {
      summary: bounded(page.summary, MOST.summary) || 'Nightshift needs a person',
      source: bounded(page.source, MOST.source) || 'nightshift',
      severity: page.severity,
      custom_details: boundedDetails(page.details),
    },
    ...linksOf(page),
    client: 'Nightshift',
  };
}

const MOST_LINKS = 10;

function linksOf({ link, links = [] }: PageRequest): Pick<PagerDutyEvent, 'links'> {
  const all = [...(link ? [{ href: link, text: 'The incident in the chat' }] : []), ...links];
  const good = all.filter(({ href }) => /^https?:\/\//.test(href)).slice(0, MOST_LINKS);
  return good.length > 0
    ? { links: good.map(({ href, text }) => ({ href, text: bounded(text, MOST.detailName) })) }
    : {};
}

/** `acknowledge` or `resolve` of what was triggered under that key. */
export function followUpEvent(routingKey: string, action: 'acknowledge' | 'resolve', key: string): PagerDutyEvent {
  return { routing_key: routingKey, event_action: action, dedup_key: dedupKey(key) };
}

/** A key that is too long keeps its beginning and stays unique by a hash of the whole. */
function dedupKey(key: string): string {
  if (key.length <= MOST.dedupKey) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${key.slice(0, MOST.dedupKey - hash.length - 1)}-${hash}`;
}

function boundedDetails(details: Record<string, string>): Record<string, string> {
  const entries = Object.entries(details).slice(0, MOST.details);
  return Object.fromEntries(
    entries.map(([name, value]) => [bounded(name, MOST.detailName), bounded(value, MOST.detail)]),
  );
}

function bounded(text: string, most: number): string {
  return cutText(text, most);
}
