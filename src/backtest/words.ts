import { cutText } from '../domain/cut-text.ts';
import { roughly } from '../domain/duration.ts';
import { atLeastPercent, percent } from '../domain/figures.ts';
import type { Compared } from './agreement.ts';
import type { BacktestReport } from './compare.ts';
import type { Ending, Row } from './rows.ts';
import type { Summary } from './summary.ts';

/** The report in words: for a terminal, and as Markdown. Names come from outside: control characters are left out. */

const plain = (text: string): string => text.replace(/\p{C}+/gu, ' ').trim();
const short = (text: string, most: number): string => {
  const clean = plain(text);
  return cutText(clean, most);
};
const instant = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

const HEAD = ['time (UTC)', 'service', 'issue', 'cause', 'decision', 'step', 'afterwards'];

const ENDINGS: Record<Ending['how'], string> = {
  by_itself: 'gone by itself',
  after_a_change: 'gone after a change',
  after_a_step: "gone after Nightshift's step",
  not_ended: 'not over',
  unknown: 'not known',
};

export function endingWords({ how, afterMs }: Ending): string {
  if (how === 'unknown' || how === 'not_ended') return ENDINGS[how];
  return `${ENDINGS[how]}${afterMs === null ? '' : `, ${roughly(afterMs)}`}`;
}

const issueWords = ({ issue }: Row): string => {
  if (issue.kind === 'unknown') return 'unknown';
  return `${issue.kind} ${Number(issue.severity.toPrecision(2))}${issue.unit === 's' ? ' s' : ''}`;
};
const causeWords = ({ cause }: Row): string =>
  cause ? `${cause.name}: ${cause.what} ${atLeastPercent(cause.probability)}` : 'unknown';
const stepWords = ({ step }: Row): string =>
  step ? `${step.action} ${step.target} (${percent(step.confidence)}${step.assumed ? ', assumed plan' : ''})` : '–';

const cellsOf = (row: Row): string[] => [
  instant(row.at),
  row.service,
  issueWords(row),
  causeWords(row),
  row.decision,
  stepWords(row),
  `${endingWords(row.ending)}${row.needless ? ' (needless)' : ''}`,
];

/** A table for a terminal with what it comes to, and what changes between two sets of playbooks. */
export function terminalReport(report: BacktestReport): string {
  const wide = [16, 22, 26, 34, 9, 50, 46];
  const cells = [HEAD, ...report.rows.map(cellsOf)].map((row) => row.map((cell, i) => short(cell, wide[i] ?? 20)));
  const widths = HEAD.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const table = cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    titleOf(report),
    '',
    ...(report.rows.length > 0 ? table : ['There were no alerts.']),
    '',
    ...summaryLines(report),
  ].join('\n');
}

const titleOf = ({ source, from, to, playbooks }: BacktestReport): string =>
  `${plain(source)}, ${instant(from)} to ${instant(to)} UTC, playbooks ${plain(playbooks)}`;

function summaryLines(report: BacktestReport): string[] {
  const lines = [...figureLines(report.summary, report.withinMs)];
  const disagreeing = report.compared.filter(({ agrees }) => !agrees);
  if (report.compared.length > 0)
    lines.push(agreementLine(report.summary), ...disagreeing.map((one) => `  ${differenceLine(one)}`));
  if (report.against) lines.push(...againstLines(report, report.against));
  for (const note of report.notes) lines.push(`Note: ${note}.`);
  if (report.unknown.length > 0) lines.push(`Not known of the past: ${report.unknown.map(plain).join(', ')}.`);
  if (report.bad.length > 0) {
    lines.push(`${report.bad.length} ${report.bad.length === 1 ? 'part' : 'parts'} could not be read:`);
    lines.push(...report.bad.slice(0, MOST_BAD).map((one) => `  ${short(one, 240)}`));
    if (report.bad.length > MOST_BAD) lines.push(`  … and ${report.bad.length - MOST_BAD} more`);
  }
  return lines;
}
const MOST_BAD = 20;

const agreementLine = ({ compared, agreed }: Summary): string =>
  `Agreement with what Nightshift decided live: ${agreed} of ${compared}${compared > 0 ? ` (${percent(agreed / compared)})` : ''}.`;
const differenceLine = ({ row, live, difference }: Compared): string =>
  short(`${instant(row.at)} ${row.service} (${live.id}): ${difference ?? ''}`, 240);

function figureLines(summary: Summary, withinMs: number): string[] {
  const { incidents, byDecision, steps, needless, judged, unknownCause } = summary;
  const count = (kind: string) => byDecision[kind] ?? 0;
  const waited = count('hold') + count('observe') + count('none');
  return [
    `${incidents} incidents: ${count('auto')} by itself, ${count('ask')} asked, ${count('escalate')} to a person, ${waited} only watched; no cause was sure enough to name in ${unknownCause}.`,
    steps === 0
      ? 'No step would have been taken or asked for.'
      : `Needless: ${needless} of the ${judged} steps that can be judged${judged > 0 ? ` (${percent(needless / judged)})` : ''}: the trouble went by itself within ${roughly(withinMs)}.${judged < steps ? ` Of ${steps - judged} more it can't be told: something was done about it in that time, or it is too fresh.` : ''}`,
  ];
}

function againstLines(report: BacktestReport, against: NonNullable<BacktestReport['against']>): string[] {
  const { changed, only, summary, playbooks } = against;
  return [
    `Against ${plain(playbooks)}: ${changed.length} of ${report.rows.length} incidents would have gone otherwise${only.length > 0 ? `, ${only.length} are in one of the two only` : ''}; needless ${summary.needless} of ${summary.judged} instead of ${report.summary.needless} of ${report.summary.judged}.`,
    ...changed.map(
      ({ row, against: other }) =>
        `  ${instant(row.at)} ${plain(row.service)} (${issueWords(row)}): ${sideWords(row)}  →  ${sideWords(other)}`,
    ),
  ];
}

function sideWords(row: Row): string {
  const passed = row.skippedSteps.map(({ action, reason }) => `${action} ${reason.replaceAll('_', ' ')}`);
  const step = row.step ? `${row.decision} ${stepWords(row)}` : `${row.decision}: ${short(row.reason, 80)}`;
  return passed.length > 0 ? `${step} [${passed.join('; ')}]` : step;
}

/** For a pull request or a wiki. Cells are escaped: names and labels are no markup. */
export function markdownReport(report: BacktestReport): string {
  const quoted = (text: string) => plain(text).replace(/[\\|<>*_`[\]&]/g, (one) => `\\${one}`);
  const line = (cells: string[]) => `| ${cells.map(quoted).join(' | ')} |`;
  const detail = report.rows.flatMap((row) => {
    const passed = row.skippedSteps.map(({ action, message }) => `${action}: ${message}`);
    const lines = [`${row.decision}: ${row.reason}`, ...(row.step ? [row.step.summary] : []), ...passed];
    return [
      `- **${quoted(`${instant(row.at)} ${row.service}`)}** ${quoted(row.issue.message)}`,
      ...lines.map((one) => `  - ${quoted(one)}`),
    ];
  });
  return [
    '# Backtest',
    '',
    quoted(titleOf(report)),
    '',
    ...summaryLines(report).map((one) => (one.startsWith('  ') ? `  - ${quoted(one)}` : `- ${quoted(one)}`)),
    '',
    line(HEAD),
    `|${HEAD.map(() => '---').join('|')}|`,
    ...report.rows.map((row) => line(cellsOf(row))),
    '',
    '## Why',
    '',
    ...detail,
    '',
  ].join('\n');
}
