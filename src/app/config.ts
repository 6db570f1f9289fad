import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { readCheckedYaml, yamlErrorLine } from '../adapters/playbooks/checked-yaml.ts';
import { QUERY_NAMES, type QueryName } from '../adapters/prometheus/default-queries.ts';
import { type QueryOptions, templateFault } from '../adapters/prometheus/service-queries.ts';
import type { DemandSettings } from '../analysis/learned-schedule.ts';
import type { OwnCluster } from '../domain/alert-admission.ts';
import { durationMs } from '../domain/duration.ts';
import type { WorkingHours } from '../domain/proof/working-hours.ts';
import type { ServicePolicy } from '../domain/types.ts';
import type { ChangeWindow } from '../domain/windows.ts';

/** `90s`, `5m`, `1h30m`, `2d` → milliseconds. */
export const DurationMs = z
  .string()
  .regex(/^(\d+(ms|s|m|h|d))+$/, 'is not a duration such as 90s, 5m or 1h30m')
  .transform(durationMs);

/** A duration that something is repeated or waited for by: neither none at all nor for ever. */
const between = (least: string, most: string) =>
  DurationMs.refine((ms) => ms >= durationMs(least) && ms <= durationMs(most), `must be from ${least} to ${most}`);
const Wait = between('1s', '7d');

/** Slack's id of a person or a group: a name that is shown is anybody's to take. */
const Approver = z
  .string()
  .regex(/^[UWS][A-Z0-9_]{1,30}$/, "is not a Slack id: give a member's (U…) or a user group's (S…), not a name");

const Autonomy = z.enum(['auto', 'ask', 'observe']);
const AtTimeout = z.enum(['execute', 'escalate', 'watch']);

const Timezone = z.string().refine(isTimezone, 'is not a timezone such as Europe/Berlin');

const ServiceSettings = z.strictObject({
  namespace: z.string().default('*'),
  name: z.string(),
  /** Absent: a named service is uncritical; `*` stands for services that nobody judged, and is critical. */
  critical: z.boolean().optional(),
  /** Page for its questions, too, though it isn't critical. */
  page_questions: z.boolean().optional(),
  autonomy: Autonomy.optional(),
  timeout: Wait.optional(),
  at_timeout: AtTimeout.optional(),
  approvers: z.array(Approver).optional(),
  /** Whose clocks its users live by (IANA name): learned schedules keep to them. */
  timezone: Timezone.optional(),
  /** Requests per second that one replica takes. */
  requests_per_replica: z.number().positive().optional(),
  /** What is promised to its users: it counts as well only under these, whatever is normal for it. */
  objective: z
    .strictObject({
      /** p99 of its answers. */
      latency_p99: DurationMs.optional(),
      /** Share of requests that may fail. */
      error_ratio: z.number().positive().max(1).optional(),
    })
    .optional(),
});

/** Of two entries for one service only one could count. */
function eachOnce(services: { namespace: string; name: string }[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  for (const [index, { namespace, name }] of services.entries()) {
    const first = seen.get(`${namespace}/${name}`);
    if (first === undefined) seen.set(`${namespace}/${name}`, index);
    else
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `${namespace}/${name} is here twice (first as services[${first}])`,
      });
  }
}

const PromDuration = z.string().regex(/^(\d+(ms|s|m|h|d|w))+$/, 'is not a PromQL duration such as 5m');
const Template = z
  .string()
  .min(1)
  .superRefine((template, context) => {
    const fault = templateFault(template);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .optional();
const templates = Object.fromEntries(QUERY_NAMES.map((name) => [name, Template])) as Record<QueryName, typeof Template>;

/** PromQL in place of single defaults, and the windows of rates: for one service, and for all of them at once. */
const Queries = z.strictObject({
  window: PromDuration.optional(),
  quick_window: PromDuration.optional(),
  ...templates,
});

const UNNAMED_CLUSTER = 'default';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day such as 09:00');

const LocalTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$/, 'is not a date such as 2026-11-27, or 2026-11-27T18:00')
  .refine((text) => Number.isFinite(Date.parse(`${text.slice(0, 10)}T00:00Z`)), 'is not a date that there is');

/** A change freeze (from and to an instant) or quiet hours (each day): watched and asked, nothing alone. */
const WindowSettings = z
  .strictObject({
    name: z.string().min(1).max(80),
    namespaces: z.array(z.string()).min(1).default(['*']),
    services: z.array(z.string()).min(1).default(['*']),
    timezone: Timezone.default('UTC'),
    between: z.strictObject({ from: LocalTime, to: LocalTime }).optional(),
    daily: z
      .strictObject({ from: TimeOfDay, to: TimeOfDay, days: z.array(z.enum(WEEKDAYS)).min(1).optional() })
      .optional(),
  })
  .refine(
    ({ between, daily }) => (between === undefined) !== (daily === undefined),
    'needs between or daily, and not both',
  )
  .refine(({ between }) => !between || between.from < between.to, 'from must be before to');

/** `nightshift.yaml`. */
export const Settings = z.strictObject({
  cluster: z
    .string()
    .regex(/^[\w.-]{1,63}$/, 'may hold letters, digits, dots and dashes')
    .default(UNNAMED_CLUSTER),
  mode: z.enum(['act', 'observe']).default('act'),
  approvers: z.array(Approver).default([]),
  protected_namespaces: z
    .array(z.string())
    .min(1, 'must name at least one: kube-system at least is nobody’s to change')
    .default(['kube-system', 'kube-public', 'kube-node-lease', 'nightshift']),
  defaults: z
    .strictObject({
      autonomy: Autonomy.default('auto'),
      timeout: Wait.prefault('5m'),
      at_timeout: AtTimeout.optional(),
    })
    .prefault({}),
  services: z.array(ServiceSettings).superRefine(eachOnce).default([]),
  limits: z
    .strictObject({
      services_at_once: z.int().min(1).default(1),
      max_replicas: z.int().min(1).default(20),
      max_memory: z
        .int()
        .min(1)
        .default(8 * 1024 ** 3),
      max_pods_affected_ratio: z.number().min(0).max(1).default(1),
      drain_timeout: between('1s', '1d').prefault('5m'),
      steps_per_incident: z.int().min(1).default(6),
      storm_incidents: z.int().min(2).default(10),
      /** So long after an alert came somebody has heard of it, whatever is waited for. */
      unanswered: between('1s', '7d').prefault('15m'),
      keep_closed: DurationMs.prefault('90d'),
    })
    .prefault({}),
  /** Whose alerts these are: another value of the label is another cluster's alert. `cluster_values` are names for this one beside `cluster`. */
  alerts: z
    .strictObject({
      cluster_label: z
        .string()
        .regex(/^[a-zA-Z_]\w{0,60}$/, 'is not a label')
        .default('cluster'),
      cluster_values: z.array(z.string()).default([]),
      /** How long the alert that always fires (Watchdog) may be silent; learned from how often it comes when absent. */
      heartbeat_within: DurationMs.optional(),
    })
    .prefault({}),
  queries: Queries.prefault({}),
  /** How KEDA, inside the cluster, reaches what its triggers ask: Prometheus (else PROMETHEUS_URL), and this app's external scaler (host:port). */
  keda: z
    .strictObject({
      prometheus_address: z.url().optional(),
      scaler_address: z
        .string()
        .regex(/^[\w.-]{1,253}:\d{1,5}$/, 'is not host:port')
        .optional(),
    })
    .prefault({}),
  /** Who may speak for services of other namespaces in metrics: ingress controllers and meshes, by the job and the namespace that Prometheus scrapes them under. */
  speakers: z.array(z.strictObject({ namespace: z.string().min(1), job: z.string().min(1) })).default([]),
  otlp: z
    .strictObject({
      /** Namespaces that whoever shows OTLP_TOKEN may speak for (a Collector); `*` for all. Anybody else is believed about the pod that has the sender's address, and nobody else. */
      speaks_for: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** When people are at work anyway: a call outside of it costs them more, and is counted apart. */
  working_hours: z
    .strictObject({
      timezone: Timezone.default('UTC'),
      days: z.array(z.enum(WEEKDAYS)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
      from: TimeOfDay.default('09:00'),
      to: TimeOfDay.default('17:00'),
    })
    .refine(({ from, to }) => from < to, 'from must be before to')
    .prefault({}),
  /** Change freezes and quiet hours. */
  windows: z.array(WindowSettings).max(100).default([]),
  scan: z
    .strictObject({
      every: between('5s', '1d').prefault('1m'),
      namespaces: z.array(z.string()).default([]),
      enabled: z.boolean().default(true),
      /** ServiceMonitors and PodMonitors of a service in trouble are scraped every 15 s until it is over. Off: it changes the cluster. */
      tighten_monitors: z.boolean().default(false),
    })
    .prefault({}),
});
export type Settings = z.infer<typeof Settings>;

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** When a call for a person finds them at work. */
export const workingHoursOf = ({ working_hours: hours }: Settings): WorkingHours => ({
  timezone: hours.timezone,
  days: hours.days.map((day) => WEEKDAYS.indexOf(day) + 1),
  from: minuteOf(hours.from),
  to: minuteOf(hours.to),
});

/** Freezes and quiet hours as the domain has them. */
export const windowsOf = ({ windows }: Pick<Settings, 'windows'>): ChangeWindow[] =>
  windows.map(({ name, namespaces, services, timezone, between, daily }): ChangeWindow => {
    const at = (text: string) => (text.length === 10 ? `${text}T00:00` : text);
    const span: ChangeWindow['span'] = between
      ? { kind: 'between', from: at(between.from), to: at(between.to), zone: timezone }
      : {
          kind: 'daily',
          time: {
            fromMin: minuteOf(daily?.from ?? '00:00'),
            toMin: minuteOf(daily?.to ?? '00:00'),
            zone: timezone,
            ...(daily?.days ? { days: daily.days.map((day) => (WEEKDAYS.indexOf(day) + 1) % 7) } : {}),
          },
        };
    return { name, namespaces, services, span };
  });

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

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

const Port = z.coerce.number().int().min(0).max(65_535);
export const Environment = z.object({
  PORT: Port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  REDIS_URL: z.string().optional(),
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

export type Config = {
  env: Environment;
  settings: Settings;
  sandbox: boolean;
  /** Why it only looks; empty when it may act. */
  observeBecause: string[];
};

export type ConfigResult = { ok: true; config: Config } | { ok: false; errors: string[] };

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
  return errors.length > 0 ? { ok: false, errors } : { ok: true, config };
}

/** A routing key pages real people, unless what takes it is on this machine. */
function pagesSomebody({ PAGERDUTY_ROUTING_KEY, PAGERDUTY_EVENTS_URL }: Environment): boolean {
  if (!PAGERDUTY_ROUTING_KEY) return false;
  const host = PAGERDUTY_EVENTS_URL ? new URL(PAGERDUTY_EVENTS_URL).hostname : '';
  return !['127.0.0.1', 'localhost', '[::1]'].includes(host);
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

/** What the configuration says of one service, by the most specific entry that fits; a service that nobody listed counts as critical, and so does one that only a `*` stands for, unless that says otherwise. */
export function policyFor(settings: Settings, namespace: string, service: string): ServicePolicy {
  const entry = entryOf(settings, namespace, service);
  return {
    listed: entry !== undefined,
    critical: entry?.critical ?? (entry === undefined || entry.name === '*'),
    pageQuestions: entry?.page_questions ?? false,
    autonomy: entry?.autonomy ?? settings.defaults.autonomy,
    timeoutMs: entry?.timeout ?? settings.defaults.timeout,
    atTimeout: entry?.at_timeout ?? settings.defaults.at_timeout ?? null,
    approvers: entry?.approvers ?? settings.approvers,
    ...(entry?.objective ? { objective: objectiveOf(entry.objective) } : {}),
  };
}

const objectiveOf = ({
  latency_p99: latency,
  error_ratio: errorRatio,
}: NonNullable<Settings['services'][number]['objective']>): NonNullable<ServicePolicy['objective']> => ({
  ...(latency === undefined ? {} : { latencyP99Seconds: latency / 1000 }),
  ...(errorRatio === undefined ? {} : { errorRatio }),
});

/** A name says more than a namespace, and both say more than one; of two that say as much the first. */
function entryOf(settings: Settings, namespace: string, service: string): Settings['services'][number] | undefined {
  const fitting = settings.services.filter(
    (one) => ['*', namespace].includes(one.namespace) && ['*', service].includes(one.name),
  );
  const says = (one: Settings['services'][number]) => (one.name === '*' ? 0 : 2) + (one.namespace === '*' ? 0 : 1);
  return fitting.toSorted((one, other) => says(other) - says(one))[0];
}

const FEWEST_REPLICAS = 2;
const REQUESTS_PER_REPLICA = 100;

/** What the configuration says of how one service is scaled ahead of its demand. */
export function demandSettings(settings: Settings, namespace: string, service: string): DemandSettings {
  const entry = entryOf(settings, namespace, service);
  return {
    timezone: entry?.timezone ?? 'UTC',
    perReplica: entry?.requests_per_replica ?? REQUESTS_PER_REPLICA,
    minReplicas: Math.min(FEWEST_REPLICAS, settings.limits.max_replicas),
    maxReplicas: settings.limits.max_replicas,
  };
}

/** By what alerts of this cluster are told from others'. Whoever named neither the cluster nor its values has only one. */
export function ownCluster({ cluster, alerts }: Settings): OwnCluster {
  const values = [...(cluster === UNNAMED_CLUSTER ? [] : [cluster]), ...alerts.cluster_values];
  return { label: alerts.cluster_label, values: values.length > 0 ? values : null };
}

/** What `queries:` replaces. */
export function queryOptions({ queries, speakers }: Settings): QueryOptions {
  const { window, quick_window: quickWindow, ...own } = queries;
  const given = Object.entries(own).filter(([, template]) => template !== undefined);
  return {
    speakers,
    templates: Object.fromEntries(given),
    ...(window ? { window } : {}),
    ...(quickWindow ? { quickWindow } : {}),
  };
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
