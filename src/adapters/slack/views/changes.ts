import { firstSignAt } from '../../../domain/began.ts';
import { inWords } from '../../../domain/duration.ts';
import type { Incident } from '../../../domain/incident.ts';
import { escapeText } from './escape.ts';
import { clockTime } from './format.ts';

const MOST = 12;
const BEFORE_MS = 6 * 3_600_000;
/** Nearer than this is the same moment: clocks and scrapes differ. */
const SAME_MS = 30_000;

/** What changed around the beginning of the trouble, oldest first, each relative to it: what others changed, and what Nightshift did. Empty when there is nothing. */
export function changeTimeline(incident: Incident): string[] {
  const began = incident.diagnosis?.since ?? firstSignAt(incident);
  const found = (incident.diagnosis?.findings ?? [])
    .filter((finding) => finding.kind === 'change' && finding.at >= began - BEFORE_MS)
    .map((finding) => ({ at: finding.at, message: escapeText(untimed(finding.message), 250) }));
  const own = incident.executions.map((run) => ({
    at: run.startedAt,
    message: `Nightshift: ${escapeText(run.recommendation.plan.summary, 200)}`,
  }));
  const changes = [...found, ...own].sort((a, b) => b.at - a.at).slice(0, MOST);
  if (changes.length === 0) return [];
  const lines = [...changes, { at: began, message: '*the trouble began*' }].sort((a, b) => a.at - b.at);
  return lines.map(({ at, message }) => `• ${clockTime(at)}  ${relative(at - began)}${message}`);
}

/** The line has its own time: what the words say of it, more coarsely, goes. */
const untimed = (message: string) =>
  message.replace(/,? (?:as|\d+ (?:s|min|h) (?:before|after)) the trouble began/, '');

function relative(ms: number): string {
  if (ms === 0) return '';
  if (Math.abs(ms) < SAME_MS) return '_at that moment_  ';
  return `_${inWords(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'}_  `;
}
