import { z } from 'zod';

/** `Name: value` lines, or one JSON object. */
const Headers = z.string().transform((text, context): Record<string, string> => {
  const read = text.trim().startsWith('{') ? fromJson(text) : fromLines(text);
  const odd =
    read === null ? text : Object.entries(read).find(([name, value]) => !HEADER.test(`${name}: ${value}`))?.[0];
  if (read !== null && odd === undefined) return read;
  context.addIssue({
    code: 'custom',
    message: 'must be lines such as `X-Api-Key: secret`, or one JSON object of them',
  });
  return z.NEVER;
});
const HEADER = /^[\w!#$%&'*+.^`|~-]+: [\t\x20-\x7e\x80-\xff]*$/;
const fromLines = (text: string) =>
  Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.indexOf(':');
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      }),
  );
function fromJson(text: string): Record<string, string> | null {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** How to sign in to a server: a bearer token (`_FILE`: read again when the file changes), the tenant where it has several (`X-Scope-OrgID`), headers of its own, and PEM texts for TLS. */
function signIn<Server extends 'PROMETHEUS' | 'LOKI' | 'ALERTMANAGER_API'>(server: Server) {
  const text = z.string().optional();
  type Fields = Record<`${Server}_${'TOKEN' | 'TOKEN_FILE' | 'TENANT' | 'CA' | 'CERT' | 'KEY'}`, typeof text> &
    Record<`${Server}_HEADERS`, ReturnType<typeof Headers.optional>>;
  const fields = ['TOKEN', 'TOKEN_FILE', 'TENANT', 'CA', 'CERT', 'KEY'].map((name) => [`${server}_${name}`, text]);
  return { ...Object.fromEntries(fields), [`${server}_HEADERS`]: Headers.optional() } as Fields;
}

const SENTINEL_PORT = 26_379;
const SENTINEL = /^(\[[0-9a-fA-F:]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?$/;
const Sentinels = z.string().transform((text, context): { host: string; port: number }[] => {
  const read = text.split(',').map((one) => SENTINEL.exec(one.trim()));
  if (read.every((one) => one !== null))
    return read.map(([, host = '', port]) => ({
      host: host.replace(/^\[|\]$/g, ''),
      port: port ? Number(port) : SENTINEL_PORT,
    }));
  context.addIssue({ code: 'custom', message: 'must be host:port of each Sentinel, with commas between' });
  return z.NEVER;
});

const Port = z.coerce.number().int().min(0).max(65_535);
export const Environment = z.object({
  PORT: Port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  /** With Sentinels its host is the name by which they know the primary. */
  REDIS_URL: z.string().optional(),
  REDIS_SENTINELS: Sentinels.optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CA: z.string().optional(),
  REDIS_CERT: z.string().optional(),
  REDIS_KEY: z.string().optional(),
  /** For models, which may be evicted; the same Redis when absent. */
  REDIS_CACHE_URL: z.string().optional(),
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_API_URL: z.url().optional(),
  SLACK_CHANNEL: z.string().optional(),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  /** A user and password in it are sent as basic auth. */
  PROMETHEUS_URL: z.url().optional(),
  ...signIn('PROMETHEUS'),
  LOKI_URL: z.url().optional(),
  ...signIn('LOKI'),
  ALERTMANAGER_TOKEN: z.string().optional(),
  ALERTMANAGER_URL: z.url().optional(),
  ...signIn('ALERTMANAGER_API'),
  PAGERDUTY_ROUTING_KEY: z.string().optional(),
  PAGERDUTY_WEBHOOK_SECRET: z.string().optional(),
  PAGERDUTY_EVENTS_URL: z.url().optional(),
  /** PagerDuty's REST API: who is on call. */
  PAGERDUTY_API_TOKEN: z.string().optional(),
  PAGERDUTY_API_URL: z.url().optional(),
  /** With these a pull request that takes a commit back can be opened, where a person says so. */
  GITHUB_TOKEN: z.string().optional(),
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  WEBHOOK_OUT_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** At least 16 characters; `whsec_…` is base64. */
  WEBHOOK_OUT_SECRET: z.string().min(16).optional(),
  GITLAB_TOKEN: z.string().optional(),
  GITLAB_API_URL: z.url().default('https://gitlab.com/api/v4'),
  OTLP_GRPC_PORT: Port.default(4317),
  OTLP_HTTP_PORT: Port.default(4318),
  /** What senders of OTLP must show. Without it what they say is shown, and decides nothing. */
  OTLP_TOKEN: z.string().optional(),
  /** PEM text (or `_FILE`). */
  OTLP_TLS_CERT: z.string().optional(),
  OTLP_TLS_KEY: z.string().optional(),
  /** KEDA's external scaler, gRPC. */
  KEDA_PORT: Port.default(50_051),
  NIGHTSHIFT_API_TOKEN: z.string().optional(),
  /** What readers of /metrics must show; without it anybody may. */
  NIGHTSHIFT_METRICS_TOKEN: z.string().optional(),
  /** What KEDA must show. */
  KEDA_TOKEN: z.string().optional(),
  NIGHTSHIFT_CONFIG: z.string().optional(),
  NIGHTSHIFT_PLAYBOOKS: z.string().optional(),
  /** At least 16 characters. */
  NIGHTSHIFT_STATE_KEY: z.string().min(16).optional(),
  NIGHTSHIFT_DATA: z.string().default('.nightshift/data'),
  /** The line that a sandbox in a process of its own has printed. */
  NIGHTSHIFT_SANDBOX: z.string().optional(),
  NIGHTSHIFT_SANDBOX_SPEED: z.coerce.number().min(0).max(60).default(10),
  /** What a sandbox that begins afresh is made from: the seed of all that is random, and the instant at which it begins (now when absent). */
  NIGHTSHIFT_SANDBOX_SEED: z.coerce.number().int().min(0).default(42),
  NIGHTSHIFT_SANDBOX_START: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type Environment = z.infer<typeof Environment>;
