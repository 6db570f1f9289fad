import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command as Program } from 'commander';
import { loadPlaybooks, PlaybookErrors } from './adapters/playbooks/load-playbooks.ts';
import { readConfig } from './app/config.ts';
import { loadModules } from './app/load-modules.ts';
import { paramCheck } from './app/param-check.ts';
import { examine } from './checks/doctor.ts';
import { addBacktest } from './cli/backtest.ts';
import { diagnoseFiles, diagnosisWords, graphOfFiles } from './cli/diagnose-files.ts';
import { addExport } from './cli/export-command.ts';
import { filesIn } from './cli/exported-files.ts';
import { ExportErrors, type Progress } from './cli/exported-table.ts';
import { instantOf } from './cli/instant-of.ts';
import { addRbac } from './cli/rbac.ts';
import { scoreFile } from './cli/score-file.ts';
import { playbookKey } from './domain/playbook.ts';
import type { Action } from './extension-points.ts';
import { gameDay } from './game-day/run.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const program = new Program('nightshift').description('Heals Kubernetes clusters from Slack.');

program
  .command('start')
  .description('run Nightshift: for real with settings, in the sandbox without')
  .action(async () => void (await import('./main.ts')));

addRbac(program, process.env);

program
  .command('doctor')
  .description('check every connection and right, and say how to mend each')
  .action(async () => {
    const read = readConfig(process.env);
    if (!read.ok) {
      console.error(read.errors.map((error) => `✗ ${error}`).join('\n'));
      process.exitCode = 1;
      return;
    }
    const checks = await examine(read.config, await loadModules<Action>(here('./actions')));
    for (const check of checks)
      console.log(`${check.ok ? '✔' : '✗'} ${check.title}${check.ok ? '' : `\n    ${check.mend}`}`);
    process.exit(checks.every((check) => check.ok) ? 0 : 1);
  });

program
  .command('playbooks')
  .description('work with playbooks')
  .command('check')
  .argument('[folders...]', 'folders of playbooks', [])
  .description('check every playbook: all errors with file, line and column')
  .action(async (folders: string[]) => {
    const all = folders.length > 0 ? folders : [here('../playbooks')];
    try {
      const playbooks = await loadPlaybooks(all, paramCheck(await loadModules<Action>(here('./actions'))));
      console.log(`${playbooks.length} playbooks are right: ${playbooks.map(playbookKey).join(', ')}`);
    } catch (error) {
      if (!(error instanceof PlaybookErrors)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  });

program
  .command('score')
  .argument('<file>', 'CSV with timestamp,value')
  .option('--out <file>', 'where timestamp,anomaly_score goes; the screen when absent')
  .description('score an exported series point by point, as if it were live')
  .action(async (file: string, { out }: { out?: string }) => {
    try {
      const { points, unreadable, alarms } = await scoreFile(file, out ?? null);
      const left = unreadable > 0 ? `, ${unreadable} lines could not be read` : '';
      console.error(
        `${points} points scored${left}; ${alarms.length} alarms${alarms.length > 0 ? `: ${alarms.slice(0, 20).join(', ')}` : ''}`,
      );
      if (points === 0) process.exitCode = 1;
    } catch (error) {
      console.error(`${file} can't be scored: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  });

type DiagnoseOptions = {
  metrics?: string;
  calls?: string;
  changes?: string;
  service?: string;
  since?: string;
  json?: true;
  graph?: string;
};

program
  .command('diagnose')
  .argument('[folder]', 'folder with metrics.csv and, if there are any, calls.csv and changes.csv')
  .option('--metrics <file>', 'CSV with timestamp,service,metric,value')
  .option('--calls <file>', 'CSV with from,to and perhaps weight: who calls whom')
  .option('--changes <file>', 'CSV with timestamp,service,what: rollouts and the like')
  .option('--service <name>', 'the service that hurts; found in the data when absent')
  .option('--since <instant>', 'when the trouble began; found in the data when absent')
  .option('--json', 'print it as one JSON object')
  .option('--graph <file>', 'draw the affected part of the call graph, as a PNG')
  .description('rank the causes of trouble in exported metrics, with the model that is used live')
  .action(async (folder: string | undefined, options: DiagnoseOptions) => {
    try {
      const since = options.since === undefined ? null : instantOf(options.since);
      if (Number.isNaN(since)) throw new ExportErrors(`--since: “${options.since}” is no instant`);
      const files = filesIn(folder ?? null, options);
      const diagnosis = await diagnoseFiles(files, { service: options.service ?? null, since }, onTerminal());
      console.log(options.json ? JSON.stringify(diagnosis) : diagnosisWords(diagnosis));
      if (!options.graph) return;
      const { graphChart } = await import('./adapters/charts/graph-chart.ts');
      await writeFile(options.graph, await graphChart(graphOfFiles(diagnosis)));
    } catch (error) {
      if (!(error instanceof ExportErrors) && !isFileError(error)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  });

program
  .command('game-day')
  .argument('<file>', 'a scenario (YAML), or a folder of them')
  .option('--out <file>', 'where the report goes: Markdown, or JSON if the name ends in .json')
  .option('--speed <number>', 'sandbox seconds per real second, 1 to 60', '60')
  .description('play a scenario in a sandbox of its own, and say whether what happened is what was expected')
  .action(async (file: string, { out, speed }: { out?: string; speed: string }) => {
    const factor = Number(speed);
    if (!(factor >= 1 && factor <= 60)) {
      console.error('--speed: must be a number from 1 to 60');
      process.exitCode = 1;
      return;
    }
    const ending = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort());
    try {
      process.exitCode = await gameDay(file, {
        speed: factor,
        out: out ?? null,
        terminal: process.stdout,
        env: process.env,
        signal: ending.signal,
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      console.error(ending.signal.aborted ? 'Ended before its time.' : message);
      process.exitCode = 1;
    }
  });

addBacktest(program, process.env);
addExport(program, process.env);

const isFileError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** A line of progress, where somebody watches. */
function onTerminal(): Progress | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (file, read, size) => {
    const done = read >= size;
    const share = size === 0 ? 100 : Math.floor((read / size) * 100);
    process.stderr.write(done ? '\r\u001b[K' : `\r\u001b[Kreading ${file}: ${share} %`);
  };
}

await program.parseAsync();
