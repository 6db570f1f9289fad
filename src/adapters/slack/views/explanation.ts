import type { KnownBlock } from '@slack/types';
import { graphWords } from '../../../domain/graph-words.ts';
import type { Incident, TimelineEntry } from '../../../domain/incident.ts';
import type { Finding } from '../../../domain/types/finding.ts';
import type { Recommendation } from '../../../domain/types/recommendation.ts';
import { LIMITS, plainText, present, section } from './blocks.ts';
import { changeTimeline } from './changes.ts';
import { codeBlock, escapeText, mention } from './escape.ts';
import { dayTime, shownShare } from './format.ts';
import { headline } from './headline.ts';
import { alertLinks, kubectlLine } from './outside-links.ts';
import { changeLines, confidenceWords, reachWords } from './step.ts';
import { executionLine, skippedLines } from './tried-lines.ts';
import { causeWords, evidence, findingLine, troubleLines } from './trouble.ts';

/** The whole behind "Why?": evidence, ranking, how sure and from what, the full change, the steps passed over, the timeline. At most 14 blocks and 12,000 characters. */
export function explanationBlocks(incident: Incident, timeline: TimelineEntry[]): KnownBlock[] {
  const step = recommendationOf(incident);
  return present([
    section([headline(incident), ...troubleLines(incident), alertLinks(incident), kubectlLine(incident)], 1_300),
    graphBlock(incident),
    titled(
      'Evidence',
      differing(evidence(incident))
        .slice(0, 10)
        .map((finding) => `• ${findingLine(finding)} (${sure(finding)}, ${dayTime(finding.at)})`),
      1_800,
    ),
    titled('Causes, ranked', causeLines(incident), 1_300),
    titled('What changed', changeTimeline(incident), 1_200),
    ...(step ? stepBlocks(step) : []),
    titled('Steps not taken', skippedLines(incident, 8), 800),
    titled('Done so far', incident.executions.slice(-5).map(executionLine), 800),
    titled('Timeline', timeline.slice(-20).map(timelineLine), 1_500),
  ]);
}

/** The picture of the affected part that was sent into the thread: everybody in the channel may see it, and so it may be shown here. */
function graphBlock({ graph, diagnosis }: Incident): KnownBlock | null {
  if (!graph) return null;
  const message = diagnosis?.affected ? graphWords(diagnosis.affected) : 'The affected part of the call graph';
  return {
    type: 'image',
    slack_file: { id: graph.file },
    alt_text: plainText(message, 1_000).text,
    title: plainText('Who is affected', LIMITS.optionText),
  };
}

/** Looks a few minutes apart find the same. */
const differing = (findings: Finding[]) =>
  findings.filter((finding, index) => findings.findIndex((one) => one.message === finding.message) === index);

/** How much it stands out, as a reader would say it. */
const sure = ({ strength }: Finding) =>
  strength >= 0.9 ? 'stands out clearly' : strength >= 0.5 ? 'stands out' : 'stands out a little';

/** One line of the record: when, what, by whom. */
export function timelineLine(entry: TimelineEntry): string {
  const by = entry.by ? ` (${mention(entry.by)})` : '';
  return `${dayTime(entry.at)}  ${escapeText(entry.message, 500)}${by}`;
}

function recommendationOf(incident: Incident): Recommendation | null {
  const { state } = incident;
  if (state.name === 'awaiting_approval' || state.name === 'queued') return state.recommendation;
  if (state.name === 'executing' || state.name === 'verifying' || state.name === 'undoing')
    return state.execution.recommendation;
  return incident.executions.at(-1)?.recommendation ?? incident.options[0] ?? null;
}

function stepBlocks(step: Recommendation): (KnownBlock | null)[] {
  const parts = step.confidence.parts
    .slice(0, 8)
    .map((part) => `• ${escapeText(part.name, 60)} ${shownShare(part.value)}: ${escapeText(part.message, 200)}`);
  const reasons = step.reasons.slice(0, 6).map((reason) => `• ${escapeText(reason, 250)}`);
  const notes = step.plan.notes.slice(0, 4).map((note) => `⚠ ${escapeText(note, 250)}`);
  const summary = `*The step:* ${escapeText(step.plan.summary, 250)}`;
  return [
    section([summary, confidenceWords(step.confidence), ...parts, ...reasons, reachWords(step.plan), ...notes], 1_800),
    section([step.plan.diff ? codeBlock(step.plan.diff, 1_700) : changeLines(step.plan.changes, 12).join('\n')], 1_800),
  ];
}

const WORTH_RANKING = 0.01;

function causeLines(incident: Incident): string[] {
  const { diagnosis } = incident;
  if (!diagnosis) return [];
  const ranked = diagnosis.causes
    .filter((cause, index) => index === 0 || cause.probability >= WORTH_RANKING)
    .slice(0, 5)
    .map((cause, index) => `${index + 1}. ${shownShare(cause.probability)}  ${causeWords(cause, 4)}`);
  const rest = `Something else: ${shownShare(diagnosis.somethingElse)}`;
  const well = diagnosis.foundWell ?? [];
  return [
    ...ranked,
    rest,
    diagnosis.named ? '' : 'Not sure enough to name one.',
    diagnosis.notSecond ? escapeText(diagnosis.notSecond, 300) : '',
    well.length > 0 ? `Looked at and found well: ${escapeText(well.join(', '), 400)}` : '',
  ];
}

function titled(title: string, lines: string[], max: number): KnownBlock | null {
  return lines.some((line) => line !== '') ? section([`*${title}*`, ...lines], max) : null;
}
