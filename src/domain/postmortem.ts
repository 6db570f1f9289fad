import { cutText } from './cut-text.ts';
import { inWords } from './duration.ts';
import type { Incident, TimelineEntry } from './incident.ts';
import { maskText } from './mask-text.ts';
import { standingChange } from './moves/undoing.ts';
import { mttrSpan } from './mttr.ts';
import type { Execution } from './types/execution.ts';
import type { Finding } from './types/finding.ts';

export type PostMortem = Pick<
  Incident,
  | 'id'
  | 'cluster'
  | 'namespace'
  | 'service'
  | 'diagnosis'
  | 'executions'
  | 'alerts'
  | 'openedAt'
  | 'closedAt'
  | 'anomalies'
> & {
  outcome: string | null;
  why: string;
  timeline: TimelineEntry[];
  skipped: Incident['skippedSteps'];
  seen: Incident['seen'] | null;
};

const MOST_LINES = 200;
const MOST_FINDINGS = 20;
const MOST_TEXT = 400;

/**
 * What happened, as Markdown: timeline, evidence, the change, who decided what, what was tried in vain, what is still in place, and what nobody knows yet. Pure. Text from outside is masked as in messages, and never
 * becomes markup. `pictures`: files that lie beside it.
 */
export function postMortemMarkdown(given: PostMortem, pictures: { file: string; altText: string }[] = []): string {
  const { id, service, namespace, cluster } = given;
  const parts = [
    `# ${plain(id)}: ${plain(given.diagnosis?.issue.message ?? given.alerts[0]?.name ?? 'an incident')}`,
    summary(given),
    `Service ${plain(namespace)}/${plain(service)}, cluster ${plain(cluster)}. Written by Nightshift from its own records; times are UTC. What looks like a secret is masked.`,
    ...pictures.map(({ file, altText }) => `![${plain(altText)}](${encodeURI(file)})`),
    titled('Timeline', given.timeline.slice(-MOST_LINES).map(timelineRow), 'Nothing is recorded.'),
    titled('Cause', causeLines(given), 'No cause was found.'),
    titled('Evidence', evidenceLines(given), 'Nothing was found.'),
    titled('What was changed', given.executions.flatMap(changeLines), 'Nothing was changed.'),
    titled('Who decided what', deciders(given), 'Nobody had to decide anything.'),
    titled('Tried in vain', inVain(given), 'Nothing.'),
    titled('Still in place', stillInPlace(given), 'Nothing of it.'),
    titled('Open questions', openQuestions(given), 'None that the records know of.'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const titled = (title: string, lines: string[], none: string): string =>
  [`## ${title}`, '', ...(lines.length > 0 ? lines : [none])].join('\n');

function summary(given: PostMortem): string {
  const span = mttrSpan(given as unknown as Incident);
  const lasted = span ? `, ${inWords(span.over - span.began)} after it began at ${time(span.began)}` : '';
  const ended =
    given.outcome === null ? 'It is not over yet.' : `It ended as **${given.outcome.replaceAll('_', ' ')}**${lasted}.`;
  return `${ended} ${plain(given.why)}`.trim();
}

const timelineRow = ({ at, message, by }: TimelineEntry): string =>
  `- ${time(at)} ${plain(message)}${by ? ` (${plain(by)})` : ''}`;

function causeLines({ diagnosis }: PostMortem): string[] {
  if (!diagnosis) return [];
  const causes = diagnosis.causes.slice(0, 5).map(({ entity, what, probability, reasons }) => {
    const why = reasons.length > 0 ? `: ${reasons.slice(0, 5).map(plain).join('; ')}` : '';
    return `- ${percent(probability)} ${plain(entity.kind)} ${plain(entity.namespace)}/${plain(entity.name)}, ${plain(what)}${why}`;
  });
  const unsure = diagnosis.named ? [] : ['None was sure enough to act on.'];
  return [...unsure, ...causes, `- ${percent(diagnosis.somethingElse)} something else`];
}

const evidenceLines = ({ diagnosis, anomalies }: PostMortem): string[] =>
  (diagnosis?.findings ?? anomalies)
    .toSorted((a: Finding, b: Finding) => b.strength - a.strength)
    .slice(0, MOST_FINDINGS)
    .map(
      (one) =>
        `- ${time(one.at)} ${plain(one.about.name)}: ${one.kind === 'log' ? 'a log pattern (left out)' : plain(one.message)} (${percent(one.strength)})`,
    );

function changeLines(run: Execution): string[] {
  const { plan, confidence } = run.recommendation;
  const verdict = run.verification
    ? `${run.verification.verdict}: ${plain(run.verification.message)}`
    : (run.result ?? 'not finished');
  const fields = plan.changes.map(
    ({ path, before, after }) => `  - \`${code(path)}\`: \`${code(before)}\` → \`${code(after)}\``,
  );
  const diff = plan.diff === '' ? [] : ['', '  ```diff', ...diffLines(plan.diff), '  ```', ''];
  const undone = run.undone
    ? [`  - ${run.undone.ok ? 'taken back' : 'NOT taken back'} ${time(run.undone.at)}: ${plain(run.undone.message)}`]
    : [];
  return [
    `- ${time(run.startedAt)} **${plain(plan.summary)}**, ${percent(run.decided?.confidence ?? confidence.value)} sure, ${byWhom(run)}; ${verdict}`,
    ...fields,
    ...diff,
    ...undone,
  ];
}

const diffLines = (diff: string): string[] =>
  diff
    .split('\n')
    .slice(0, 80)
    .map((line) => `  ${maskText(line, 200).replaceAll('`', "'") || ' '}`);

function byWhom({ authority }: Execution): string {
  if (authority.by === 'person') return `on the word of ${plain(authority.user)}`;
  return authority.by === 'auto' ? 'by itself' : 'because nobody had answered in time';
}

const DECIDED = new Set<TimelineEntry['type']>([
  ...(['approved', 'rejected', 'option_chosen', 'held', 'deadline_reached', 'acknowledged'] as const),
  ...(['undo_asked', 'closed_by_human', 'feedback', 'page_asked'] as const),
]);
const deciders = ({ timeline, executions }: PostMortem): string[] => [
  ...executions
    .filter(({ authority }) => authority.by === 'auto')
    .map((run) => `- ${time(run.startedAt)} Nightshift: ${plain(run.recommendation.plan.summary)}, by itself`),
  ...timeline
    .filter(({ type }) => DECIDED.has(type))
    .map(({ at, by, message }) => `- ${time(at)} ${plain(by ?? 'nobody')}: ${plain(message)}`),
];

const inVain = ({ executions, skipped }: PostMortem): string[] => [
  ...executions
    .filter(({ verification, result }) => verification?.verdict !== 'recovered' && result !== null)
    .map(
      ({ recommendation, verification, message }) =>
        `- ${plain(recommendation.plan.summary)}: ${plain(verification?.message ?? message)}`,
    ),
  ...skipped.slice(0, 10).map(({ action, message }) => `- not tried: ${plain(action)}, ${plain(message)}`),
];

function stillInPlace({ executions }: PostMortem): string[] {
  const standing = standingChange({ executions } as Incident);
  return executions
    .filter((run) => (run.result === 'done' || run.changed === true) && run.undone?.ok !== true)
    .map(
      (run) => `- ${plain(run.recommendation.plan.summary)}${run.id === standing?.id ? ' (can be taken back)' : ''}`,
    );
}

/** What the records can't say. */
function openQuestions({ diagnosis, executions, outcome, seen }: PostMortem): string[] {
  const failed = executions.filter(({ undone }) => undone?.ok === false);
  return [
    ...(diagnosis?.named ? [] : ['- What was the cause? None was sure enough to name.']),
    ...(executions.some(({ verification }) => verification?.verdict === 'unknown')
      ? ['- Did the step help? Nobody could see.']
      : []),
    ...(outcome === 'self_healed' ? ['- Why did it go by itself, and will it come back?'] : []),
    ...(outcome === 'healed_by_human' ? ['- What did people do? It is not in these records.'] : []),
    ...(outcome === 'false_alarm' ? ['- What has to change so that it does not fire in vain?'] : []),
    ...(seen && seen.repeats > 0
      ? [`- It has come back ${seen.repeats} times within a week of being healed: what is behind it?`]
      : []),
    ...failed.map(
      ({ recommendation }) => `- ${plain(recommendation.plan.summary)} could not be taken back: what state is it in?`,
    ),
  ];
}

/** Text from outside: masked, one line, and no markup, link or mention. */
const plain = (text: string): string =>
  maskText(cutText(text, MOST_TEXT * 2), MOST_TEXT).replaceAll(/[\\`*_[\]<>#|!~@]/g, (sign) => `\\${sign}`);
const code = (text: string): string => maskText(text, 200).replaceAll('`', "'");
const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const percent = (value: number): string => `${Math.floor(value * 100 + 1e-9)} %`;
