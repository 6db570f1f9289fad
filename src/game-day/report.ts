import { cutText } from '../domain/cut-text.ts';
import { toTheSecond } from '../domain/duration.ts';
import type { Facts, IncidentFact } from './facts.ts';
import { offset } from './format.ts';
import { type GameVerdict, isHarmful } from './judge.ts';
import type { Scenario } from './scenario.ts';

/** How one scenario went; plain JSON, which is also the report for machines. */
export type Report = {
  file: string;
  name: string;
  teaches: string;
  passed: boolean;
  verdicts: GameVerdict[];
  facts: Facts;
  speed: number;
  seed: number;
  /** Real time that it took. */
  tookMs: number;
};

export function gameReportOf(
  file: string,
  scenario: Scenario,
  run: { verdicts: GameVerdict[]; facts: Facts; speed: number; tookMs: number },
): Report {
  const { name, teaches, start } = scenario;
  return { file, name, teaches, passed: run.verdicts.every(({ met }) => met), seed: start.seed, ...run };
}

/** The whole report as Markdown. Text that came from outside stays text. */
export function markdown(report: Report): string {
  const { facts } = report;
  const time = (at: number) => offset(at - facts.beganAt);
  return [
    `# ${report.passed ? '✔' : '✘'} ${plainText(report.name)}`,
    plainText(report.teaches.trim()),
    `${plainText(report.file)} · began ${new Date(facts.beganAt).toUTCString()} (sandbox time) · lasted ${toTheSecond(facts.endedAt - facts.beganAt)} at ${report.speed}x${facts.speed < report.speed ? `, slowed down to ${facts.speed}x since the machine did not keep up` : ''} · seed ${report.seed} · took ${toTheSecond(report.tookMs)}`,
    '## Expectations',
    table(
      ['', 'expected', 'seen'],
      report.verdicts.map(({ met, expected, seen }) => [met ? '✔' : '✘', expected, seen]),
    ),
    '## What was broken',
    facts.faults.length === 0
      ? 'Nothing.'
      : table(
          ['from', 'until', 'fault', 'truth', 'right', 'harmful'],
          facts.faults.map(({ kind, service, since, truth, ended }) => [
            time(since),
            ended ? `${time(ended.at)} (${ended.how})` : 'the end',
            `${kind} of ${service}`,
            truth?.cause ?? 'it never began',
            truth?.remedies.join(', ') ?? '',
            truth?.harmful.join(', ') ?? '',
          ]),
        ),
    ...(facts.incidents.length === 0
      ? ['## Incidents', 'None.']
      : facts.incidents.flatMap((one) => incidentLines(one, facts, time))),
    '## What people did',
    facts.deeds.length + facts.pages.length === 0
      ? 'Nothing; nobody was paged.'
      : list(
          [
            ...facts.deeds.map(({ at, by, message, answer }) => ({
              at,
              message: `${by}: ${message}${answer ? ` → ${answer.split('\n')[0]}` : ''}`,
            })),
            ...facts.pages.map(({ at, summary, kind }) => ({
              at,
              message: `${kind === 'call' ? 'a person was called' : 'asked for approval by pager'}: ${summary}`,
            })),
          ],
          time,
        ),
    '## What was changed in the cluster',
    facts.changes.length === 0
      ? 'Nothing.'
      : table(
          ['when', 'request', 'answer', 'body'],
          facts.changes.map(({ at, method, target, code, body }) => [
            time(at),
            `${method} ${target}`,
            String(code),
            changeWords(body),
          ]),
        ),
    '',
  ].join('\n\n');
}

function incidentLines(incident: IncidentFact, facts: Facts, time: (at: number) => string): string[] {
  const { id, service, issue, cause, outcome, mttrMs, executions, timeline } = incident;
  const healed = mttrMs === null ? 'not closed' : `closed after ${toTheSecond(mttrMs)} (MTTR)`;
  const steps = executions.map(
    (one) =>
      `- ${time(one.startedAt)} ${plainText(one.summary)}, on the word of ${one.authority.by === 'person' ? plainText(one.authority.user) : one.authority.by}: ${one.verdict ?? 'not verified'}${isHarmful(one, facts.faults) ? ' — **harmful**' : ''}`,
  );
  return [
    `## ${plainText(id)}: ${plainText(service)}, ${outcome.replaceAll('_', ' ')}`,
    `Issue ${issue ?? 'unknown'} · cause ${plainText(cause ?? 'not named')} · noticed ${time(incident.openedAt)} · ${healed}`,
    ...(steps.length === 0 ? [] : [steps.join('\n')]),
    list(
      timeline.map(({ at, message, by }) => ({ at, message: message + (by ? ` (${by})` : '') })),
      time,
    ),
  ];
}

const list = (lines: { at: number; message: string }[], time: (at: number) => string): string =>
  [...lines]
    .sort((a, b) => a.at - b.at)
    .map(({ at, message }) => `- \`${time(at)}\` ${plainText(message)}`)
    .join('\n');

const LONGEST_CHANGE = 240;
const LONGEST_VALUE = 60;

/** What a request's body says: of a JSON patch what it sets, its tests left out. */
export function changeWords(body: string): string {
  const short = (text: string, length: number) => cutText(text, length + 1);
  try {
    const patch = JSON.parse(body) as unknown;
    if (!Array.isArray(patch)) return short(body, LONGEST_CHANGE);
    const operations = (patch as { op?: unknown; path?: unknown; value?: unknown }[]).filter(({ op }) => op !== 'test');
    const message = operations.map(({ op, path, value }) =>
      value === undefined ? `${op} ${path}` : `${op} ${path}: ${short(JSON.stringify(value), LONGEST_VALUE)}`,
    );
    return short(message.join('; '), LONGEST_CHANGE);
  } catch {
    // The log keeps the beginning of a long body only.
    return short(body, LONGEST_CHANGE);
  }
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(plainText)))].join('\n');
}

/** So that nothing in a text is markup, a new line or the end of a cell. */
function plainText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, (mark) => `\\${mark}`);
}

/** One line a scenario. */
export function summaryTable(reports: Report[]): string {
  const rows = reports.map(({ passed, name, facts, verdicts, tookMs }) => [
    passed ? '✔' : '✘',
    name,
    facts.incidents.map(({ service, outcome }) => `${service} ${outcome}`).join(', ') || 'no incident',
    facts.incidents.map(({ mttrMs }) => (mttrMs === null ? '–' : toTheSecond(mttrMs))).join(', ') || '–',
    `${verdicts.filter(({ met }) => met).length} of ${verdicts.length}`,
    toTheSecond(tookMs),
  ]);
  const passed = reports.filter((report) => report.passed).length;
  return `# Game day: ${passed} of ${reports.length} scenarios as expected\n\n${table(['', 'scenario', 'incidents', 'MTTR', 'met', 'took'], rows)}\n`;
}
