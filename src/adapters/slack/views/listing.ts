import { inWords } from '../../../domain/duration.ts';
import type { Incident } from '../../../domain/incident.ts';
import { escapeText } from './escape.ts';
import { clockTime, dayTime } from './format.ts';
import { standing, whatHurts, where } from './headline.ts';

const THEN = {
  execute: 'runs by itself',
  escalate: 'pages a person',
  watch: 'goes on watching',
  expire: 'lapses',
} as const;

/** One line of a list: mark, id, what hurts, where, how it stands and what comes next. Escaped. */
export function listingLine(incident: Incident): string {
  const { mark, word } = standing(incident);
  const next = whatNext(incident);
  return `${mark} *${escapeText(incident.id, 60)}*  ${whatHurts(incident)}  ·  ${where(incident)}  ·  ${word}${next ? `: ${next}` : ''}`;
}

function whatNext(incident: Incident): string {
  const { state } = incident;
  switch (state.name) {
    case 'awaiting_approval': {
      const when = state.deadline === null ? `in ${inWords(state.timeoutMs)}` : `at ${clockTime(state.deadline)}`;
      const then = THEN[state.atTimeout];
      return `${escapeText(state.recommendation.plan.summary, 160)} (${then} ${when})`;
    }
    case 'queued':
      return escapeText(state.waiting?.message ?? state.recommendation.plan.summary, 200);
    case 'executing':
    case 'verifying':
    case 'undoing':
      return escapeText(state.execution.recommendation.plan.summary, 200);
    case 'watching':
      return `${escapeText(state.why, 160)}, until ${clockTime(state.until)}`;
    case 'escalated':
      return escapeText(state.why, 200);
    case 'closed':
      return incident.closedAt === null ? '' : dayTime(incident.closedAt);
    case 'noticed':
      return '';
  }
}
