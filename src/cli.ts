import { fileURLToPath } from 'node:url';
import { Command as Program } from 'commander';
import { loadPlaybooks, PlaybookErrors } from './adapters/playbooks/load-playbooks.ts';
import { readConfig } from './config.ts';
import { examine } from './doctor.ts';
import type { Action } from './extension-points.ts';
import { gameDay } from './game-day.ts';
import { loadModules } from './load-modules.ts';
import { clusterRole } from './rbac.ts';
import { scoreFile } from './score-file.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const program = new Program('nightshift').description('Heals Kubernetes clusters from Slack.');

program
  .command('start')
  .description('run Nightshift: for real with settings, in the sandbox without')
  .action(async () => void (await import('./main.ts')));

program
  .command('rbac')
  .description('print the ClusterRole that the enabled actions need')
  .action(async () => console.log(clusterRole(await loadModules<Action>(here('./actions')))));

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
      const playbooks = await loadPlaybooks(all);
      console.log(`${playbooks.length} playbooks are right: ${playbooks.map((playbook) => playbook.issue).join(', ')}`);
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
      const words = error instanceof Error ? error.message : String(error);
      console.error(ending.signal.aborted ? 'Ended before its time.' : words);
      process.exitCode = 1;
    }
  });

await program.parseAsync();
