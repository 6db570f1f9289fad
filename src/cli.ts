import { fileURLToPath } from 'node:url';
import { Command as Program } from 'commander';

import { playbookKey } from './domain/playbook.ts';
import type { Action } from './extension-points.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const actions = async () => (await import('./app/load-modules.ts')).loadModules<Action>(here('./actions'));
const program = new Program('nightshift').description('Heals Kubernetes clusters from Slack.');

program
  .command('start')
  .description('run Nightshift: for real with settings, in the sandbox without')
  .action(async () => void (await import('./main.ts')));

program
  .command('doctor')
  .description('check every connection and right, and say how to mend each')
  .action(() => doctor(process.env));

async function doctor(env: NodeJS.ProcessEnv): Promise<void> {
  const { readConfig } = await import('./app/config.ts');
  const { examine } = await import('./checks/doctor.ts');
  const read = readConfig(env);
  if (!read.ok) {
    console.error(read.errors.map((error) => `✗ ${error}`).join('\n'));
    process.exitCode = 1;
    return;
  }
  const checks = await examine(read.config, await actions());
  for (const check of checks)
    console.log(`${check.ok ? '✔' : '✗'} ${check.title}${check.ok ? '' : `\n    ${check.mend}`}`);
  process.exit(checks.every((check) => check.ok) ? 0 : 1);
}

program
  .command('playbooks')
  .description('work with playbooks')
  .command('check')
  .argument('[folders...]', 'folders of playbooks', [])
  .description('check every playbook: all errors with file, line and column')
  .action(async (folders: string[]) => {
    const { loadPlaybooks, PlaybookErrors } = await import('./adapters/playbooks/load-playbooks.ts');
    const { playbookCheck } = await import('./app/playbook-check.ts');
    const all = folders.length > 0 ? folders : [here('../playbooks')];
    try {
      const playbooks = await loadPlaybooks(all, playbookCheck(await actions()));
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
    const { scoreFile } = await import('./cli/score-file.ts');
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
      const { gameDay } = await import('./game-day/run.ts');
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

/** A verb with much behind it is loaded when it, or the list of all, is asked for: the others start at once. */
const asked = process.argv[2] ?? '--help';
const isAsked = (verb: string) => asked === verb || asked === 'help' || asked.startsWith('-');
if (isAsked('diagnose')) (await import('./cli/diagnose-command.ts')).addDiagnose(program);
if (isAsked('init')) (await import('./cli/init.ts')).addInit(program, process.env, doctor);
if (isAsked('left')) (await import('./cli/left.ts')).addLeft(program, process.env);
if (isAsked('receive')) (await import('./cli/receive.ts')).addReceive(program, process.env);
if (isAsked('policy')) (await import('./cli/policy.ts')).addPolicy(program, process.env);
if (isAsked('rbac')) (await import('./cli/rbac.ts')).addRbac(program, process.env);
if (isAsked('backtest')) (await import('./cli/backtest.ts')).addBacktest(program, process.env);
if (isAsked('audit')) (await import('./cli/audit.ts')).addAudit(program, process.env);
if (isAsked('postmortem')) (await import('./cli/postmortem.ts')).addPostMortem(program, process.env);
if (isAsked('import')) (await import('./cli/import-past.ts')).addImport(program, process.env);
if (isAsked('export')) (await import('./cli/export-command.ts')).addExport(program, process.env);

await program.parseAsync();
