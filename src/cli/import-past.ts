import type { Command as Program } from 'commander';
import { connectPrometheus } from '../adapters/prometheus/metrics.ts';
import { readEnvironment, readSettingsOf } from '../app/config.ts';
import { secretOf } from '../app/secret-of.ts';
import { signInOf } from '../app/sign-in.ts';
import { firingsOfFile, firingsOfPrometheus } from '../backtest/alerts.ts';
import { NightshiftApiError, nightshiftApi } from '../backtest/nightshift-api.ts';
import type { PastTrouble } from '../domain/proof/comparison.ts';
import { troublesOf } from '../domain/proof/past-troubles.ts';
import { instantOf } from './instant-of.ts';
import { pagerDutyTroubles } from './past-pages.ts';

type Options = { url?: string; prometheus?: string; alerts?: string; pagerduty?: string; from?: string; to?: string };
/** What was asked for wrongly, or can't be had; in words. */
class ImportError extends Error {}

const DAY_MS = 86_400_000;
const AT_ONCE = 5_000;
const HELP = `
Where the time before Nightshift is known from (one of them):
  --prometheus URL     its own record of what fired (ALERTS); the last 90 days before --to unless --from says otherwise
  --alerts FILE        Alertmanager's webhook payloads, a JSON list or one a line
  --pagerduty FILE     PagerDuty's incidents as GET /incidents of its REST API answers them, one answer a line or a list

It goes to a running Nightshift (--url, NIGHTSHIFT_API_TOKEN). What is imported twice counts once; what still fires doesn't count.
`;

/** `nightshift import`: how long troubles lasted before. */
export function addImport(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('import')
    .option('--url <url>', 'the address of a running Nightshift; this machine, at PORT, when absent')
    .option('--prometheus <url>', 'PROMETHEUS_URL signs in as the app does')
    .option('--alerts <file>', "Alertmanager's webhook payloads")
    .option('--pagerduty <file>', "PagerDuty's incidents")
    .option('--from <instant>', 'where that time begins: a date or epoch seconds')
    .option('--to <instant>', 'where it ends, as Nightshift began; now when absent')
    .description('tell Nightshift how long troubles lasted before it was there, for a comparison')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      try {
        const troubles = await read(options, env);
        const kept = await send(
          options.url ?? `http://127.0.0.1:${env.PORT ?? 3000}`,
          secretOf('NIGHTSHIFT_API_TOKEN', env),
          troubles,
        );
        console.log(`${troubles.length} troubles from before, ${kept} taken. \`/heal stats\` compares with them.`);
      } catch (error) {
        const isExpected =
          error instanceof ImportError ||
          error instanceof NightshiftApiError ||
          (error instanceof Error && 'syscall' in error);
        if (!isExpected) throw error;
        console.error(error.message);
        process.exitCode = 1;
      }
    });
}

async function read(options: Options, env: NodeJS.ProcessEnv): Promise<PastTrouble[]> {
  const given = [options.prometheus, options.alerts, options.pagerduty].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw new ImportError('One of --prometheus, --alerts and --pagerduty says where it is known from.');
  const instant = (name: string, text: string | undefined, otherwise: number) => {
    const at = text === undefined ? otherwise : instantOf(text);
    if (Number.isNaN(at)) throw new ImportError(`--${name}: “${text}” is no instant`);
    return at ?? otherwise;
  };
  const to = instant('to', options.to, Date.now());
  const from = instant('from', options.from, options.prometheus === undefined ? 0 : to - 90 * DAY_MS);
  const { troubles, bad } = await troublesFrom(options, env, { from, to });
  for (const one of bad.slice(0, 20)) console.error(`not read: ${one}`);
  return troubles.filter(({ began, over }) => began >= from && over <= to);
}

async function troublesFrom(options: Options, env: NodeJS.ProcessEnv, window: { from: number; to: number }) {
  if (options.pagerduty !== undefined) return pagerDutyTroubles(options.pagerduty);
  const settings = readSettingsOf(env.NIGHTSHIFT_CONFIG ?? null);
  if (!settings.ok) throw new ImportError(settings.errors.join('\n'));
  const { cluster } = settings.settings;
  if (options.alerts !== undefined) {
    const { firings, bad } = await firingsOfFile(options.alerts, cluster);
    return { troubles: troublesOf(firings, 'alertmanager'), bad };
  }
  const read = readEnvironment(env);
  if (!read.ok) throw new ImportError(read.errors.join('\n'));
  const url = options.prometheus ?? '';
  if (!/^https?:\/\/./.test(url)) throw new ImportError(`--prometheus: “${url}” is no http address`);
  const metrics = connectPrometheus({ url, timeoutMs: 60_000, ...signInOf(read.env, 'PROMETHEUS') });
  const { firings, bad } = await firingsOfPrometheus(metrics, cluster, window);
  return { troubles: troublesOf(firings, 'prometheus'), bad };
}

async function send(url: string, token: string | null, troubles: PastTrouble[]): Promise<number> {
  const api = nightshiftApi(url, token);
  let kept = 0;
  for (let at = 0; at < troubles.length; at += AT_ONCE)
    kept += (await api.post<{ kept: number }>('/api/past', troubles.slice(at, at + AT_ONCE))).kept;
  return kept;
}
