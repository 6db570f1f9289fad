import { existsSync, readFileSync } from 'node:fs';
import { readCheckedYaml, yamlErrorLine } from '../adapters/playbooks/checked-yaml.ts';
import { Environment } from './environment.ts';
import { Settings } from './settings.ts';

export type Config = {
  env: Environment;
  settings: Settings;
  sandbox: boolean;
  /** Why it only looks; empty when it may act. */
  observeBecause: string[];
};

type ConfigResult = { ok: true; config: Config } | { ok: false; errors: string[] };

/** Reads the environment (a secret may come as `<NAME>_FILE`) and nightshift.yaml; reports every error at once, each naming its field. */
export function readConfig(environment: Record<string, string | undefined>): ConfigResult {
  const errors: string[] = [];
  const env = Environment.safeParse(withFiles(environment, errors));
  if (!env.success) errors.push(...env.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const settings = env.success ? readSettings(env.data, errors) : null;
  if (!env.success || !settings || errors.length > 0) return { ok: false, errors };
  const real = Boolean(
    env.data.KUBECONFIG ||
      env.data.KUBERNETES_SERVICE_HOST ||
      env.data.PROMETHEUS_URL ||
      env.data.SLACK_BOT_TOKEN ||
      env.data.SLACK_APP_TOKEN ||
      env.data.SLACK_SIGNING_SECRET ||
      pagesSomebody(env.data),
  );
  const config: Config = {
    env: env.data,
    settings,
    sandbox: !real,
    observeBecause: real ? missing(env.data, settings) : [],
  };
  if (real && !env.data.ALERTMANAGER_TOKEN)
    errors.push('ALERTMANAGER_TOKEN: is required with a real cluster: the webhook must know who sends alerts');
  errors.push(...webhookErrors(env.data, config.sandbox));
  return errors.length > 0 ? { ok: false, errors } : { ok: true, config };
}

/** A routing key pages real people, unless what takes it is on this machine. */
function pagesSomebody({ PAGERDUTY_ROUTING_KEY, PAGERDUTY_EVENTS_URL }: Environment): boolean {
  if (!PAGERDUTY_ROUTING_KEY) return false;
  const host = PAGERDUTY_EVENTS_URL ? new URL(PAGERDUTY_EVENTS_URL).hostname : '';
  return !LOOPBACK.includes(host);
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

function webhookErrors({ WEBHOOK_OUT_URL: url, WEBHOOK_OUT_SECRET: secret }: Environment, sandbox: boolean): string[] {
  if (url && !secret)
    return ['WEBHOOK_OUT_SECRET: is required with WEBHOOK_OUT_URL: by its signature a receiver knows who tells it'];
  if (!url && secret) return ['WEBHOOK_OUT_URL: is missing: WEBHOOK_OUT_SECRET alone tells nobody'];
  if (url && sandbox && !LOOPBACK.includes(new URL(url).hostname))
    return ['WEBHOOK_OUT_URL: in the sandbox only an address of this machine is told: what happens there is made up'];
  return [];
}

/** The environment alone, for verbs that need no more. */
export function readEnvironment(
  environment: Record<string, string | undefined>,
): { ok: true; env: Environment } | { ok: false; errors: string[] } {
  const errors: string[] = [];
  const env = Environment.safeParse(withFiles(environment, errors));
  if (!env.success) errors.push(...env.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  return env.success && errors.length === 0 ? { ok: true, env: env.data } : { ok: false, errors };
}

function readSettings(env: Pick<Environment, 'NIGHTSHIFT_CONFIG'>, errors: string[]): Settings | null {
  const file = env.NIGHTSHIFT_CONFIG ?? (existsSync('nightshift.yaml') ? 'nightshift.yaml' : null);
  if (!file) return Settings.parse({});
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    errors.push(`NIGHTSHIFT_CONFIG: ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const read = readCheckedYaml(file, text.trim() === '' ? '{}' : text, Settings);
  if (read.ok) return read.value;
  // As the other settings are named: services.0.name.
  const named = (message: string) =>
    message.replace(/^[\w.[\]]{1,200}(?=: )/, (path) => path.replace(/\[(\d{1,6})\]/g, '.$1'));
  errors.push(...read.errors.map((one) => yamlErrorLine({ ...one, message: named(one.message) })));
  return null;
}

/** `nightshift.yaml` by itself, for commands that look at nothing else; without a file the one in the folder, else what the defaults say. */
export function readSettingsOf(
  file: string | null,
): { ok: true; settings: Settings } | { ok: false; errors: string[] } {
  const errors: string[] = [];
  const settings = readSettings({ NIGHTSHIFT_CONFIG: file ?? undefined }, errors);
  return settings && errors.length === 0 ? { ok: true, settings } : { ok: false, errors };
}

function withFiles(environment: Record<string, string | undefined>, errors: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value === '') continue;
    if (!name.endsWith('_FILE') || !(name.slice(0, -5) in Environment.shape)) {
      values[name] = value;
      continue;
    }
    if (name in Environment.shape) values[name] = value;
    try {
      values[name.slice(0, -5)] = readFileSync(value, 'utf8').trim();
    } catch {
      errors.push(`${name}: the file ${value} can't be read`);
    }
  }
  return values;
}

/** Law 12: a real cluster without metrics or chat is looked at, never changed. */
function missing(env: Environment, settings: Settings): string[] {
  const because: string[] = [];
  if (!env.KUBECONFIG && !env.KUBERNETES_SERVICE_HOST)
    because.push('no cluster: set KUBECONFIG or run inside the cluster');
  if (!env.PROMETHEUS_URL)
    because.push(
      env.OTLP_TOKEN
        ? 'no PROMETHEUS_URL: by OTLP alone Nightshift watches and learns, and changes nothing'
        : 'no metrics: set PROMETHEUS_URL',
    );
  if (!env.SLACK_BOT_TOKEN) because.push('no chat: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN)');
  else if (!env.SLACK_SIGNING_SECRET && !env.SLACK_APP_TOKEN)
    because.push('no way to hear clicks: set SLACK_SIGNING_SECRET or SLACK_APP_TOKEN');
  if (env.SLACK_BOT_TOKEN && !env.SLACK_CHANNEL) because.push('no channel: set SLACK_CHANNEL');
  if (settings.mode === 'observe') because.push('nightshift.yaml says mode: observe');
  return because;
}

/** The configuration of the sandbox: its people and its services' criticality. */
export function sandboxSettings(): Settings {
  return Settings.parse({
    cluster: 'sandbox',
    approvers: ['U_ONCALL', 'U_SECOND'],
    services: [
      { namespace: 'shop', name: 'payment-api', critical: true },
      { namespace: 'shop', name: '*', critical: false },
    ],
  });
}
