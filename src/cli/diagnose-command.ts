import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Command as Program } from 'commander';
import { loadModules } from '../app/load-modules.ts';
import type { StateCorrelator } from '../extension-points.ts';
import { filesIn } from './exported-files.ts';
import { ExportErrors, type Progress } from './exported-table.ts';
import { instantOf } from './instant-of.ts';

type Options = {
  dump?: string;
  metrics?: string;
  calls?: string;
  changes?: string;
  service?: string;
  since?: string;
  json?: true;
  graph?: string;
};

/** `diagnose`: of exported metrics, or (--dump) of a dump of the cluster's objects. */
export function addDiagnose(program: Program): void {
  program
    .command('diagnose')
    .argument('[folder]', 'folder with metrics.csv and, if there are any, calls.csv and changes.csv')
    .option('--metrics <file>', 'CSV with timestamp,service,metric,value')
    .option('--calls <file>', 'CSV with from,to and perhaps weight: who calls whom')
    .option('--changes <file>', 'CSV with timestamp,service,what: rollouts and the like')
    .option('--service <name>', 'the service that hurts; found in the data when absent')
    .option('--since <instant>', 'when the trouble began; found in the data when absent')
    .option(
      '--dump <folder>',
      'a dump of the cluster instead: kubectl cluster-info dump, a support bundle or must-gather',
    )
    .option('--json', 'print it as one JSON object')
    .option('--graph <file>', 'draw the affected part of the call graph, as a PNG')
    .description('rank the causes of trouble in exported metrics or in a dump of the cluster, with what is used live')
    .action(async (folder: string | undefined, options: Options) => {
      try {
        if (options.dump !== undefined) return await ofDump(options.dump, options.json ?? false);
        const since = options.since === undefined ? null : instantOf(options.since);
        if (Number.isNaN(since)) throw new ExportErrors(`--since: “${options.since}” is no instant`);
        const { diagnoseFiles, diagnosisWords, graphOfFiles } = await import('./diagnose-files.ts');
        const files = filesIn(folder ?? null, options);
        const diagnosis = await diagnoseFiles(files, { service: options.service ?? null, since }, onTerminal());
        console.log(options.json ? JSON.stringify(diagnosis) : diagnosisWords(diagnosis));
        if (!options.graph) return;
        const { graphChart } = await import('../adapters/charts/graph-chart.ts');
        await writeFile(options.graph, await graphChart(graphOfFiles(diagnosis)));
      } catch (error) {
        if (!(error instanceof ExportErrors) && !isFileError(error)) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
}

async function ofDump(folder: string, json: boolean): Promise<void> {
  const { diagnoseDump, dumpMessage } = await import('./dump/diagnose-dump.ts');
  const correlators = await loadModules<StateCorrelator>(
    fileURLToPath(new URL('../correlators/state', import.meta.url)),
  );
  const diagnosis = await diagnoseDump(folder, correlators);
  console.log(json ? JSON.stringify(diagnosis) : dumpMessage(diagnosis));
}

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
