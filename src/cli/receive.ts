import { readFile } from 'node:fs/promises';
import type { Command as Program } from 'commander';
import { createHttpClient, isCallError } from '../adapters/outgoing/http-client.ts';
import { secretOf } from '../app/secret-of.ts';

const CALL_MS = 10_000;
const MOST_BYTES = 1_000_000;

/** `nightshift receive`: gives a running Nightshift an alert from a file, as Alertmanager would. */
export function addReceive(program: Program, env: NodeJS.ProcessEnv): void {
  program
    .command('receive')
    .argument('<file>', 'JSON: what Alertmanager sends, a list of alerts, or a single alert with its labels')
    .option('--url <url>', 'the running Nightshift', `http://127.0.0.1:${env.PORT ?? '3000'}`)
    .description('replay an alert by hand: what a running Nightshift makes of it')
    .action(async (file: string, { url }: { url: string }) => {
      const answer = await receive(file, url, secretOf('ALERTMANAGER_TOKEN', env) ?? undefined);
      (answer.ok ? console.log : console.error)(answer.message);
      if (!answer.ok) process.exitCode = 1;
    });
}

/** Sends it once; `message` is what the app answered, or why it was not asked. */
export async function receive(
  file: string,
  url: string,
  token: string | undefined,
): Promise<{ ok: boolean; message: string }> {
  const failed = (message: string) => ({ ok: false, message });
  if (!URL.canParse(url)) return failed(`--url: ${url} is no URL`);
  const text = await readFile(file, 'utf8').catch((error: Error) => error);
  if (text instanceof Error) return failed(`${file}: ${text.message}`);
  const body = webhookOf(text);
  if (body === null) return failed(`${file}: is no JSON object with alerts or labels, and no list of alerts`);
  const http = createHttpClient({ url, timeoutMs: CALL_MS, maxBodyBytes: MOST_BYTES, token });
  try {
    const { data } = await http.post<unknown>('/webhooks/alertmanager', body);
    return { ok: true, message: `Taken: ${JSON.stringify(data)}` };
  } catch (error) {
    if (isCallError(error) && error.response)
      return failed(`Refused (${error.response.status}): ${JSON.stringify(error.response.data)}`);
    return failed(`Nothing answers at ${url}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is sent: a whole webhook as it is; single alerts in one, firing since now where they don't say. */
export function webhookOf(text: string, now: () => Date = () => new Date()): object | null {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (isObject(given) && 'alerts' in given) return given;
  const alerts = Array.isArray(given) ? given : [given];
  if (alerts.length === 0 || !alerts.every((one) => isObject(one) && isObject(one.labels))) return null;
  const startsAt = now().toISOString();
  return {
    version: '4',
    status: 'firing',
    receiver: 'by-hand',
    groupKey: 'by-hand',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    alerts: (alerts as Record<string, unknown>[]).map((one) => ({
      status: 'firing',
      annotations: {},
      startsAt,
      ...one,
    })),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
