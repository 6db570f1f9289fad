import { writeFile } from 'node:fs/promises';
import type { Command as Program } from 'commander';
import { connectPrometheus } from '../adapters/prometheus/metrics.ts';
import { createServiceQueries } from '../adapters/prometheus/service-queries.ts';
import { readEnvironment, readSettingsOf } from '../app/config.ts';
import { queryOptions } from '../app/policy.ts';
import { secretOf } from '../app/secret-of.ts';
import { signInOf } from '../app/sign-in.ts';
import { readIncidents } from '../backtest/incident-source.ts';
import type { RecordedIncident } from '../backtest/recorded-incident.ts';
import { LEFT_OUT_WORDS } from '../domain/exported-incident.ts';
import { evidenceAround, exportEvidence, incidentLines } from './export.ts';
import { instantOf } from './instant-of.ts';
import { terminalBar } from './terminal-bar.ts';

type Options = {
  url?: string;
  from?: string;
  to?: string;
  out?: string;
  metrics?: string;
  folder?: string;
  prometheus?: string;
  config?: string;
};

/** What was asked for wrongly, by option. */
class ExportOptionErrors extends Error {}

const HELP = `
Reads from the API of a running Nightshift (NIGHTSHIFT_API_TOKEN), newest first, at most 5,000 incidents.
${LEFT_OUT_WORDS}.

Examples:
  nightshift export --out incidents.jsonl                        then: nightshift backtest --incidents incidents.jsonl
  nightshift export --metrics payment-api --folder case          then: nightshift diagnose case
`;

/** `nightshift export`. */
export function addExport(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('export')
    .option('--url <url>', 'the address of a running Nightshift; this machine, at PORT, when absent')
    .option('--from <instant>', 'incidents opened since; a date or epoch seconds')
    .option('--to <instant>', 'incidents opened until then')
    .option('--out <file>', 'where the incidents go, one JSON object a line; the screen when absent')
    .option(
      '--metrics <service>',
      'the evidence of a service as diagnose and score read it, around its newest incident',
    )
    .option('--folder <folder>', 'where the evidence goes', 'case')
    .option('--prometheus <url>', 'where the evidence is; PROMETHEUS_URL when absent')
    .option('--config <file>', 'nightshift.yaml, for its queries; NIGHTSHIFT_CONFIG when absent')
    .description('write incidents, and the evidence of one, for a post-mortem, a bug report or a backtest')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      const bar = terminalBar(process.stderr);
      try {
        process.exitCode = await run(options, env, bar);
      } catch (error) {
        bar.end();
        const isExpected = error instanceof ExportOptionErrors || (error instanceof Error && 'syscall' in error);
        if (!isExpected) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
}

async function run(options: Options, env: NodeJS.ProcessEnv, bar: ReturnType<typeof terminalBar>): Promise<number> {
  const window = { from: instant('from', options.from), to: instant('to', options.to) };
  const url = options.url ?? `http://127.0.0.1:${env.PORT ?? 3000}`;
  if (!/^https?:\/\/./.test(url)) throw new ExportOptionErrors(`--url: “${url}” is no http address`);
  const token = secretOf('NIGHTSHIFT_API_TOKEN', env);
  const read = await readIncidents(url, token, window, (done, message) =>
    bar.show(`${done} incidents, ${message}`, 0),
  ).catch((error: unknown) => {
    throw new ExportOptionErrors(`--url: ${error instanceof Error ? error.message : String(error)}`);
  });
  bar.end();
  const evidence = options.metrics === undefined ? null : await evidenceOf(options, env, read.incidents, bar);
  const lines = incidentLines(read.incidents);
  if (options.out) await writeFile(options.out, lines, { mode: 0o600 });
  else if (evidence === null) process.stdout.write(lines);
  console.error(`${read.incidents.length} incidents${options.out ? ` in ${options.out}` : ''} (${LEFT_OUT_WORDS})`);
  if (evidence)
    console.error(`${evidence.rows} rows of evidence in ${evidence.files.join(', ')}\nthen: ${evidence.then}`);
  const bad = [...read.bad, ...(evidence?.missing ?? [])];
  for (const one of bad.slice(0, 20)) console.error(`not read: ${one}`);
  return bad.length > 0 ? 1 : 0;
}

function instant(name: string, text: string | undefined): number | null {
  const at = text === undefined ? null : instantOf(text);
  if (Number.isNaN(at))
    throw new ExportOptionErrors(
      `--${name}: “${text}” is no instant: a date such as 2026-11-20T02:58:00Z, or epoch seconds`,
    );
  return at;
}

async function evidenceOf(
  options: Options,
  env: NodeJS.ProcessEnv,
  incidents: RecordedIncident[],
  bar: ReturnType<typeof terminalBar>,
) {
  const prometheus = options.prometheus ?? env.PROMETHEUS_URL;
  if (!prometheus) throw new ExportOptionErrors('--metrics: needs --prometheus URL (or PROMETHEUS_URL)');
  const read = readEnvironment(env);
  if (!read.ok) throw new ExportOptionErrors(read.errors.join('\n'));
  const settings = readSettingsOf(options.config ?? env.NIGHTSHIFT_CONFIG ?? null);
  if (!settings.ok) throw new ExportOptionErrors(settings.errors.map((one) => `--config: ${one}`).join('\n'));
  const wanted = options.metrics ?? '';
  const incident = incidents.findLast((one) => [one.service, `${one.namespace}/${one.service}`].includes(wanted));
  if (!incident)
    throw new ExportOptionErrors(
      `--metrics: there is no incident of ${wanted} among the ${incidents.length} that were read`,
    );
  const around = evidenceAround(incident);
  const source = {
    metrics: connectPrometheus({ url: prometheus, timeoutMs: 60_000, ...signInOf(read.env, 'PROMETHEUS') }),
    queries: createServiceQueries(queryOptions(settings.settings)),
  };
  const exported = await exportEvidence(source, around, incident, options.folder ?? 'case', (share) =>
    bar.show(`metrics around ${incident.id}`, share),
  );
  bar.end();
  const since = new Date(around.since).toISOString();
  const then = `nightshift diagnose ${options.folder ?? 'case'} --service ${around.service} --since ${since}`;
  return { ...exported, then };
}
