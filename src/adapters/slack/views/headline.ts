import { type Health, isInTrouble, knownValue } from '../../../domain/health.ts';
import type { Incident } from '../../../domain/incident.ts';
import { pagesOf } from '../../../domain/pages.ts';
import { BY_HAND, CURE_STANDS, isAboutCure, isByHand, isProposal } from '../../../domain/proposal.ts';
import { subjectEntity, workloadOf } from '../../../domain/subject.ts';
import type { Outcome } from '../../../domain/types/outcome.ts';
import { KIND_WORDS } from '../../../domain/vocabulary.ts';
import { escapeText } from './escape.ts';
import { shownShare } from './format.ts';

/** How an issue is said of a service: now, and once it is over. */
const SAYINGS: Record<string, { now: string; past: string } | undefined> = {
  ...KIND_WORDS,
  unknown: { now: 'is in trouble', past: 'was in trouble' },
};

/** A word that says by itself what the coloured mark says. */
export type HeadlineStanding = { mark: string; word: string };

/** Mark and word of a state: colour alone never tells. */
export function standing(incident: Incident): HeadlineStanding {
  const { state } = incident;
  switch (state.name) {
    case 'noticed':
      return isByHand(incident) ? { mark: '🔵', word: 'making the plan' } : { mark: '🔴', word: 'finding out why' };
    case 'watching':
      return { mark: '🟡', word: 'watching' };
    case 'awaiting_approval':
      if (isAboutCure(incident)) return { mark: '🔵', word: 'does it stay?' };
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
      if (isAboutCure(incident)) return cureWords(state.outcome);
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
/** It is given back, or it stays: whatever else there is to say. */
function cureWords(outcome: Outcome): HeadlineStanding {
  if (outcome === 'healed') return { mark: '🟢', word: 'given back' };
  return { mark: '⚪', word: outcome === 'undone' ? 'needed still, put back' : 'it stays' };
}

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
  const over = incident.state.name === 'closed';
  const { diagnosis } = incident;
  const kind = isAboutCure(incident) ? CURE_STANDS : isByHand(incident) ? BY_HAND : diagnosis?.issue.kind;
  if (kind === undefined || kind === 'unknown') return alerted(incident, kind, over);
  const subject = escapeText(whose(incident), 80);
  const tense = over ? 'past' : 'now';
  return `${subject}${SPECIAL.find(({ when }) => when(incident, kind))?.says(incident)[tense] ?? plainly(kind, tense)}`;
}

function plainly(kind: string, tense: 'now' | 'past'): string {
  const saying = SAYINGS[kind];
  return saying ? ` ${saying[tense]}` : `: ${escapeText(kind.replaceAll('_', ' '), 80)}`;
}

/** Where nothing is measured the alert says what it is. */
function alerted(incident: Incident, kind: string | undefined, over: boolean): string {
  const alert = incident.alerts[0]?.name ?? incident.anomalies[0]?.what;
  const { kind: about, name } = subjectEntity(incident);
  if (about === 'Alert') return `${escapeText(name, 80)} ${over ? 'fired' : 'fires'}`;
  const service = escapeText(subjectWords(incident), 80);
  if (alert === undefined || kind !== undefined) return `${service} ${over ? 'was' : 'is'} in trouble`;
  return `${service}: ${escapeText(alert, 80)}`;
}

/** The one that has it: who is full or crashes is named, not who calls it. */
function whose(incident: Incident): string {
  const { service, namespace, diagnosis } = incident;
  const { issue, measuredOn, health = [] } = diagnosis ?? {};
  if (issue && OWN_KINDS.has(issue.kind)) return subjectWords(incident);
  if (measuredOn === undefined || measuredOn === service || issue === undefined) return subjectWords(incident);
  const own = health.find((one) => one.service === service && one.namespace === namespace);
  const shownBy = (KIND_WORDS as Record<string, { shownBy: readonly string[] } | undefined>)[issue.kind]?.shownBy ?? [];
  return own && shownBy.some((vital) => isInTrouble(own, vital)) ? service : measuredOn;
}

/** Trouble of the very object, not of the workload that has to do with it. */
const OWN_KINDS = new Set(['volume_filling', 'volume_broken', 'quota', 'certificate', 'disruption_budget']);
const KIND_NAMES: Partial<Record<string, string>> = { PersistentVolumeClaim: 'volume', Node: 'node' };
const WITH_WORKLOAD = new Set(['PersistentVolumeClaim', 'PodDisruptionBudget', 'HorizontalPodAutoscaler']);

/** "node general-b1", "Job nightly-report", "volume data-ledger-db of ledger-db"; a workload goes by its name. */
function subjectWords(incident: Incident): string {
  const { service, diagnosis } = incident;
  const { kind, name } = subjectEntity(incident);
  if (workloadOf(incident) === null && kind !== 'Alert') return `${KIND_NAMES[kind] ?? kind} ${name}`;
  const isOwn = WITH_WORKLOAD.has(kind) && OWN_KINDS.has(diagnosis?.issue.kind ?? '');
  return isOwn ? `${KIND_NAMES[kind] ?? kind} ${name} of ${service}` : service;
}

const healthOf = ({ diagnosis, service }: Incident): Health | undefined => {
  const at = diagnosis?.measuredOn ?? service;
  return diagnosis?.health?.find((one) => one.service === at);
};

/** So many failing requests are more than an answer that is slow. */
const MOSTLY_FAILS = 0.1;
const failing = (incident: Incident): number => {
  const health = healthOf(incident);
  return health && isInTrouble(health, 'errors') ? (knownValue(health, 'errors') ?? 0) : 0;
};

type Special = {
  when(incident: Incident, kind: string): boolean;
  says(incident: Incident): { now: string; past: string };
};
/** Where the kind's own words would be untrue, or not the half of it. */
const SPECIAL: Special[] = [
  {
    when: (incident, kind) => kind === 'node_pressure' && subjectEntity(incident).kind === 'Node',
    says: () => ({ now: ' is not ready or under pressure', past: ' was not ready or under pressure' }),
  },
  {
    when: (incident, kind) => kind === 'high_latency' && failing(incident) >= MOSTLY_FAILS,
    says: (incident) => ({
      now: ` fails ${shownShare(failing(incident))} of its requests`,
      past: ` failed ${shownShare(failing(incident))} of its requests`,
    }),
  },
  {
    when: ({ diagnosis }, kind) => kind === 'crash_loop' && diagnosis?.issue.severity === 0,
    says: () => ({ now: ' doesn’t start', past: ' didn’t start' }),
  },
];

export function where({ cluster, namespace }: Incident): string {
  return [escapeText(cluster, 60), ...(namespace === '' ? [] : [escapeText(namespace, 80)])].join('/');
}
