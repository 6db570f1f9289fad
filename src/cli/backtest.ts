import { writeFile } from 'node:fs/promises';
import type { Command as Program } from 'commander';
import { readEnvironment } from '../app/config.ts';
import { secretOf } from '../app/secret-of.ts';
import { DurationMs } from '../app/settings.ts';
import { signInOf } from '../app/sign-in.ts';
import { type BacktestReport, backtest } from '../backtest/compare.ts';
import { markdownReport, terminalReport } from '../backtest/words.ts';
import { BacktestErrors } from '../backtest/world.ts';
import { instantOf } from './instant-of.ts';
import { terminalBar } from './terminal-bar.ts';

type Options = {
  from?: string;
  to?: string;
  playbooks?: string;
  against?: string;
  config?: string;
  prometheus?: string;
  incidents?: string;
  alerts?: string;
  live?: string;
  within: string;
  maxNeedless?: string;
  out?: string;
  chart?: string;
  json?: true;
};

const HELP = `
Where past alerts come from (one of them):
  --prometheus URL            its own record, ALERTS; the last 24 hours unless --from says otherwise
  --incidents FILE|URL        incidents that "export" wrote, or the address of a running Nightshift
                              (NIGHTSHIFT_API_TOKEN). With --prometheus as well they are diagnosed anew,
                              without it judged by the diagnosis that was recorded
  --alerts FILE               Alertmanager's webhook payloads, a JSON list or one a line

Each decision sees only what was known at its instant. Nothing is ever changed: there is no connection to a cluster.

Examples:
  nightshift backtest --prometheus http://prometheus:9090 --config nightshift.yaml --from 2026-11-01 --to 2026-11-08
  nightshift backtest --incidents incidents.jsonl --playbooks playbooks --against my-playbooks
  nightshift backtest --prometheus http://prometheus:9090 --max-needless 0.2 --out report.md     (in CI)
`;

/** `nightshift backtest`. */
export function addBacktest(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('backtest')
    .option('--from <instant>', 'where the past begins: a date or epoch seconds')
    .option('--to <instant>', 'where it ends; now when absent')
    .option('--playbooks <folder>', 'playbooks, on top of the shipped ones; NIGHTSHIFT_PLAYBOOKS when absent')
    .option('--against <folder>', 'a second set of playbooks: what would go otherwise, incident by incident')
    .option('--config <file>', 'nightshift.yaml; NIGHTSHIFT_CONFIG when absent')
    .option('--prometheus <url>', 'metrics of that time; PROMETHEUS_URL when absent')
    .option('--incidents <file>', 'past incidents: a file of export, or the URL of a running Nightshift')
    .option('--alerts <file>', "Alertmanager's webhook payloads: JSON or JSON lines")
    .option('--live <file>', 'incidents (a file or a URL) whose decisions are compared with the ones here')
    .option('--within <duration>', 'a step is needless when the trouble went by itself within this time', '15m')
    .option(
      '--max-needless <share>',
      'exit with 2 when more than this share of the steps that can be judged is needless, 0 to 1',
    )
    .option('--out <file>', 'where the report goes: Markdown, or JSON if the name ends in .json')
    .option('--chart <file>', 'draw decisions and what came of them over time, as a PNG')
    .option('--json', 'print the report as one JSON object')
    .description('what these playbooks and this configuration would have done on the alerts of the past')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const bar = terminalBar(process.stderr);
      try {
        const report = await backtest(await read(options, env), bar.show);
        bar.end();
        console.log(options.json ? JSON.stringify(report) : terminalReport(report));
        if (options.out)
          await writeFile(
            options.out,
            options.out.endsWith('.json') ? `${JSON.stringify(report, null, 1)}\n` : markdownReport(report),
          );
        await chart(options.chart, report);
        process.exitCode = gate(report, options.maxNeedless);
      } catch (error) {
        bar.end();
        if (!(error instanceof BacktestErrors) && !isFileError(error)) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
}

const isFileError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

async function chart(file: string | undefined, report: BacktestReport): Promise<void> {
  if (!file) return;
  const { timelineChart } = await import('../adapters/charts/timeline-chart.ts');
  const { timelineOf } = await import('../backtest/timeline.ts');
  await writeFile(file, await timelineChart(timelineOf(report)));
}

async function read(options: Options, env: NodeJS.ProcessEnv) {
  const errors: string[] = [];
  const instant = (name: string, text: string | undefined) => {
    const at = text === undefined ? null : instantOf(text);
    if (Number.isNaN(at))
      errors.push(`--${name}: “${text}” is no instant: a date such as 2026-11-20T02:58:00Z, or epoch seconds`);
    return at;
  };
  const within = DurationMs.safeParse(options.within);
  if (!within.success) errors.push(`--within: “${options.within}” is not a duration such as 90s, 5m or 1h30m`);
  const most = options.maxNeedless;
  if (most !== undefined && !(most !== '' && Number(most) >= 0 && Number(most) <= 1))
    errors.push(`--max-needless: “${most}” must be a number from 0 to 1`);
  const [from, to] = [instant('from', options.from), instant('to', options.to)];
  if (from !== null && to !== null && from >= to) errors.push('--from: must be before --to');
  const prometheus = options.prometheus ?? env.PROMETHEUS_URL ?? null;
  if (prometheus !== null && !/^https?:\/\/./.test(prometheus))
    errors.push(`--prometheus: “${prometheus}” is no http address`);
  const environment = readEnvironment(env);
  if (!environment.ok) errors.push(...environment.errors);
  if (!environment.ok || errors.length > 0) throw new BacktestErrors(errors.join('\n'));
  return {
    signIn: signInOf(environment.env, 'PROMETHEUS'),
    ...{ from, to, prometheus },
    playbooks: options.playbooks ?? env.NIGHTSHIFT_PLAYBOOKS ?? null,
    against: options.against ?? null,
    config: options.config ?? env.NIGHTSHIFT_CONFIG ?? null,
    incidents: options.incidents ?? null,
    alerts: options.alerts ?? null,
    live: options.live ?? null,
    token: secretOf('NIGHTSHIFT_API_TOKEN', env),
    withinMs: within.success ? within.data : 0,
  };
}

/** What could not be read makes a run fail as well: a gate that saw half of it says nothing. */
function gate({ summary, bad }: BacktestReport, most: string | undefined): number {
  if (most !== undefined && summary.judged > 0 && summary.needless / summary.judged > Number(most)) {
    console.error(`--max-needless: ${summary.needless} of ${summary.judged} steps are needless, more than ${most}`);
    return 2;
  }
  return bad.length > 0 ? 1 : 0;
}
