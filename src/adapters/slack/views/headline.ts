import type { Incident } from '../../../domain/incident.ts';
import { pagesOf } from '../../../domain/pages.ts';
import { isByHand, isProposal } from '../../../domain/proposal.ts';
import { KIND_WORDS } from '../../../domain/vocabulary.ts';
import { escapeText } from './escape.ts';

/** How an issue is said of a service: now, and once it is over. */
const SAYINGS: Record<string, { now: string; past: string } | undefined> = {
  ...KIND_WORDS,
  unknown: { now: 'is in trouble', past: 'was in trouble' },
};

/** A word that says by itself what the coloured mark says. */
export type Standing = { mark: string; word: string };

/** Mark and word of a state: colour alone never tells. */
export function standing(incident: Incident): Standing {
  const { state } = incident;
  switch (state.name) {
    case 'noticed':
      return { mark: '🔴', word: 'finding out why' };
    case 'watching':
      return { mark: '🟡', word: 'watching' };
    case 'awaiting_approval':
      if (isByHand(incident)) return { mark: '🔵', word: 'wanted by hand' };
      return isProposal(incident) ? { mark: '🔵', word: 'a proposal' } : { mark: '🔴', word: 'needs a decision' };
    case 'queued':
      return { mark: '🟠', word: 'about to act' };
    case 'executing':
      return { mark: '🟠', word: isByHand(incident) ? 'changing' : 'fixing' };
    case 'verifying':
      return { mark: '🟠', word: isByHand(incident) ? 'checking the change' : 'checking the fix' };
    case 'undoing':
      return { mark: '🟠', word: 'undoing' };
    case 'escalated':
      return { mark: '🟣', word: 'needs a person' };
    case 'closed':
      if (isProposal(incident) && state.outcome === 'healed') return { mark: '🟢', word: 'applied' };
      if (state.outcome === 'escalated' && pagesOf(incident).length === 0)
        return { mark: '⚪', word: 'closed after a call for a person' };
      return { mark: OUTCOME_MARKS[state.outcome] ?? '⚪', word: OUTCOME_WORDS[state.outcome] ?? 'closed' };
  }
}

const OUTCOME_MARKS: Record<string, string> = { healed: '🟢', healed_by_human: '🟢' };
const OUTCOME_WORDS: Record<string, string> = {
  healed: 'healed',
  self_healed: 'recovered by itself',
  healed_by_human: 'healed by a person',
  false_alarm: 'false alarm',
  escalated: 'closed after a page',
  undone: 'closed, change undone',
  lapsed: 'lapsed, nothing changed',
};

/** What hurts, where, and how it stands: the message's first line, in mrkdwn. */
export function headline(incident: Incident): string {
  const { mark, word } = standing(incident);
  return `${mark}  *${whatHurts(incident)}*  ·  ${where(incident)}  ·  ${word}  ·  ${escapeText(incident.id, 60)}`;
}

/** The same for a notification on a locked phone: the word first, no formatting. */
export function notification(incident: Incident): string {
  const { mark, word } = standing(incident);
  return `${mark} ${word[0]?.toUpperCase()}${word.slice(1)}: ${whatHurts(incident)} (${where(incident)}) · ${escapeText(incident.id, 60)}`;
}

/** "payment-api is slow"; in the past once the incident is closed. Escaped. */
export function whatHurts(incident: Incident): string {
  const service = escapeText(incident.service, 80);
  const kind = incident.diagnosis?.issue.kind;
  const over = incident.state.name === 'closed';
  if (kind === undefined) {
    const alert = incident.alerts[0]?.name ?? incident.anomalies[0]?.what;
    return alert === undefined
      ? `${service} ${over ? 'was' : 'is'} in trouble`
      : `${service}: ${escapeText(alert, 80)}`;
  }
  const saying = SAYINGS[kind];
  return saying
    ? `${service} ${over ? saying.past : saying.now}`
    : `${service}: ${escapeText(kind.replaceAll('_', ' '), 80)}`;
}

export function where(incident: Incident): string {
  return `${escapeText(incident.cluster, 60)}/${escapeText(incident.namespace, 80)}`;
}
