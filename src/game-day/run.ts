import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type YamlError, yamlErrorLine } from '../adapters/playbooks/checked-yaml.ts';
import { sandboxSettings } from '../app/config.ts';
import { judgeGameDay } from './judge.ts';
import { startPager } from './pager.ts';
import { play } from './play.ts';
import { terminalProgress } from './progress.ts';
import { readScenarios, type ScenarioFile, unknownNames } from './read-scenarios.ts';
import { gameReportOf, markdown, type Report, summaryTable } from './report.ts';
import { sandboxClient } from './sandbox-client.ts';
import { startNightshift } from './start-nightshift.ts';

type Terminal = Parameters<typeof terminalProgress>[0];

export type GameDayOptions = {
  /** Sandbox seconds per real second. */
  speed: number;
  /** Where the report goes; as JSON when it ends in .json, else as Markdown. */
  out: string | null;
  terminal: Terminal;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
};

/** Plays a scenario, or every scenario of a folder. Answers the exit code: 0 when every expectation was met. An abort ends everything that was started, and throws. */
export async function gameDay(path: string, options: GameDayOptions): Promise<0 | 1> {
  const { terminal, out } = options;
  const read = await readScenarios(path);
  if (!read.ok) return unreadable(terminal, read.errors);
  const reports: Report[] = [];
  for (const one of read.files) {
    terminal.write(`\n${one.scenario.name}\n`);
    const played = await playOne(one, options);
    if (!played.ok) return unreadable(terminal, played.errors);
    reports.push(played.report);
    terminal.write(`\n${verdictLines(played.report)}\n`);
    if (out) await writeFile(out, out.endsWith('.json') ? asJson(reports) : asMarkdown(reports));
  }
  if (reports.length > 1) terminal.write(`\n${summaryTable(reports)}`);
  if (out) terminal.write(`\nThe report is in ${out}\n`);
  return reports.every(({ passed }) => passed) ? 0 : 1;
}

function unreadable(terminal: Terminal, errors: YamlError[]): 1 {
  terminal.write(`${errors.map(yamlErrorLine).join('\n')}\n`);
  return 1;
}

type Played = { ok: true; report: Report } | { ok: false; errors: YamlError[] };

async function playOne(one: ScenarioFile, { speed, terminal, env, signal }: GameDayOptions): Promise<Played> {
  const { file, scenario } = one;
  const startedAt = performance.now();
  const pager = await startPager();
  const progress = terminalProgress(terminal);
  try {
    const { approvers, services } = sandboxSettings();
    const settings = { approvers, services };
    const nightshift = await startNightshift(scenario, {
      speed,
      folder: dirname(file),
      pagerUrl: pager.url,
      settings,
      env,
      signal,
    });
    try {
      const sandbox = sandboxClient({ ...nightshift, signal });
      const errors = unknownNames(one, await sandbox.offer());
      if (errors.length > 0) return { ok: false, errors };
      const facts = await play({ scenario, sandbox, pager, progress, speed, signal });
      const verdicts = judgeGameDay(scenario.expect, facts);
      return {
        ok: true,
        report: gameReportOf(file, scenario, { verdicts, facts, speed, tookMs: performance.now() - startedAt }),
      };
    } finally {
      progress.end();
      await nightshift.stop();
    }
  } finally {
    await pager.stop();
  }
}

const verdictLines = ({ verdicts }: Report): string =>
  verdicts.map(({ met, expected, seen }) => `  ${met ? '✔' : '✘'} ${expected}: ${seen}`).join('\n');

const asJson = (reports: Report[]): string =>
  `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`;
const asMarkdown = (reports: Report[]): string =>
  reports.length === 1 ? markdown(reports[0]!) : [summaryTable(reports), ...reports.map(markdown)].join('\n');
