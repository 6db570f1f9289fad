import type { KnownBlock } from '@slack/types';
import { inWords } from '../../../domain/duration.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { State } from '../../../domain/incident-state.ts';
import { BY_HAND, CURE_STANDS } from '../../../domain/proposal.ts';
import { withoutSubject } from '../../../domain/without-subject.ts';
import { actions, present, section } from './blocks.ts';
import { pageButton, stopButton, whyButton } from './controls.ts';
import { escapeText, mention, sentence } from './escape.ts';
import { clockTime } from './format.ts';
import { pausedLine } from './paused.ts';
import { changeLines, confidenceWords, reachWords, untold } from './step.ts';
import { authorityWords } from './tried-lines.ts';
import type { Shown } from './view-context.ts';

type Working = Extract<State, { name: 'queued' | 'executing' | 'verifying' | 'undoing' }>;

/** A step is being taken: who allowed it, how far it is, what comes next. */
export function workingBlocks(incident: Incident, state: Working, message: Shown): KnownBlock[] {
  const { plan, confidence } = stepOf(state);
  return present([
    { type: 'divider' },
    section([
      `*${state.name === 'undoing' ? 'Undoing' : 'Step'}: ${escapeText(plan.summary, 250)}*`,
      authorityLine(state),
      incident.byHand ? null : confidenceWords(confidence),
      ...changeLines(untold(plan), 4),
      reachWords(plan),
    ]),
    section([progressLine(state), nowLine(state), pausedLine(message.paused)]),
    actions('work', [stopButtonOf(incident, state), pageButton(incident, message), whyButton(incident)]),
  ]);
}

/** While there is something left to stop. */
function stopButtonOf(incident: Incident, state: Working) {
  if (state.name === 'queued') return stopButton(incident, state.recommendation);
  return state.name === 'executing' && !state.stop ? stopButton(incident, state.execution.recommendation) : null;
}

const stepOf = (state: Working) => (state.name === 'queued' ? state.recommendation : state.execution.recommendation);

function authorityLine(state: Working): string {
  if (state.name === 'undoing')
    return `Being undone: ${state.by === 'nightshift' ? 'it made things worse' : `asked by ${mention(state.by)}`}`;
  const authority = state.name === 'queued' ? state.authority : state.execution.authority;
  const at = authority.by === 'auto' ? '' : `, ${clockTime(authority.at)}`;
  const message = authorityWords(authority);
  return `${message[0]?.toUpperCase()}${message.slice(1)}${at}`;
}

const STAGES = [
  { name: 'queued', doing: 'checking', done: 'checked', next: 'check' },
  { name: 'executing', doing: 'changing', done: 'changed', next: 'change' },
  { name: 'verifying', doing: 'verifying', done: 'verified', next: 'verify' },
] as const;

/** A mark stays with its word. */
const NBSP = '\u00a0';

/** ✔ planned   ✔ checked   ⟳ changing   ○ verify */
function progressLine(state: Working): string | null {
  if (state.name === 'undoing') return null;
  const at = STAGES.findIndex((stage) => stage.name === state.name);
  const marks = STAGES.map((stage, index) => {
    if (index < at) return `✔${NBSP}${stage.done}`;
    return index === at ? `⟳${NBSP}${stage.doing}` : `○${NBSP}${stage.next}`;
  });
  return `✔${NBSP}planned   ${marks.join('   ')}`;
}

function nowLine(state: Working): string {
  switch (state.name) {
    case 'queued':
      return state.waiting
        ? `*Not done yet:* ${sentence(state.waiting.message, 400)} I keep looking until ${clockTime(state.notAfter)}.`
        : 'Checking once more on a fresh look at the cluster, then acting.';
    case 'executing':
      if (state.stop)
        return `*Stopping* at the next safe point: ${mention(state.stop.by)} said so, ${clockTime(state.stop.at)}.`;
      return state.progress ? escapeText(state.progress, 400) : 'Making the change.';
    case 'verifying':
      return verifyingLine(state);
    case 'undoing':
      return 'Restoring what was there before; fields that someone else changed since are left alone.';
  }
}

function verifyingLine(state: Extract<State, { name: 'verifying' }>): string {
  const isByHand =
    state.execution.recommendation.issue === BY_HAND || state.execution.recommendation.issue === CURE_STANDS;
  const last = state.samples.at(-1);
  const seen = last
    ? `${clockTime(last.at)}: ${sentence(withoutSubject(last.message, state.execution.recommendation.plan.target.name), 300)} `
    : '';
  return `${seen}It counts as ${isByHand ? 'done' : 'healed'} once it has been well for ${inWords(state.steadyMs)}; I decide by ${clockTime(state.until)}.`;
}
