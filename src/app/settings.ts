import { z } from 'zod';
import { QUERY_NAMES, type QueryName } from '../adapters/prometheus/default-queries.ts';
import { templateFault } from '../adapters/prometheus/service-queries.ts';
import { durationMs } from '../domain/duration.ts';

/** `90s`, `5m`, `1h30m`, `2d` → milliseconds. */
export const DurationMs = z
  .string()
  .regex(/^(\d+(ms|s|m|h|d))+$/, 'is not a duration such as 90s, 5m or 1h30m')
  .transform(durationMs);

/** A duration that something is repeated or waited for by: neither none at all nor for ever. */
export const durationBetween = (least: string, most: string) =>
  DurationMs.refine((ms) => ms >= durationMs(least) && ms <= durationMs(most), `must be from ${least} to ${most}`);
const Wait = durationBetween('1s', '7d');

/** Slack's id of a person or a group: a name that is shown is anybody's to take. */
const Approver = z
  .string()
  .regex(/^[UWS][A-Z0-9_]{1,30}$/, "is not a Slack id: give a member's (U…) or a user group's (S…), not a name");

/** Or whoever is on call by one of PagerDuty's schedules. */
const Approving = z.union([
  Approver,
  z
    .string()
    .regex(/^pagerduty:[A-Z0-9]{1,30}$/, 'is neither a Slack id (U…, S…) nor `pagerduty:` with the id of a schedule'),
]);
const Names = z.array(z.string().min(1)).min(1);
/** Who may approve what, the first that fits; where two have to. */
const ApprovalSettings = z
  .strictObject({
    namespaces: Names.default(['*']),
    services: Names.default(['*']),
    actions: Names.default(['*']),
    /** Only where the service is critical, or only where it isn't. */
    critical: z.boolean().optional(),
    approvers: z.array(Approving).optional(),
    four_eyes: z.boolean().optional(),
  })
  .refine(
    ({ approvers, four_eyes: two }) => approvers !== undefined || two !== undefined,
    'says neither approvers nor four_eyes',
  );

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
  approvers: z.array(Approving).optional(),
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
export const templates = Object.fromEntries(QUERY_NAMES.map((name) => [name, Template])) as Record<
  QueryName,
  typeof Template
>;

/** PromQL in place of single defaults, and the windows of rates: for one service, and for all of them at once. */
const Queries = z.strictObject({
  window: PromDuration.optional(),
  quick_window: PromDuration.optional(),
  ...templates,
});

export const UNNAMED_CLUSTER = 'default';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
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

const SeverityName = z.enum(['info', 'warning', 'error', 'critical']);
/** Where incidents are posted that fit, in place of SLACK_CHANNEL. */
const ChannelSettings = z.strictObject({
  channel: z.string().min(1).max(80),
  namespaces: Names.default(['*']),
  services: Names.default(['*']),
  severities: z
    .array(z.enum(['info', 'warning', 'unlabelled', 'error', 'critical']))
    .min(1)
    .optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

/** Hours in which less is worth waking somebody. */
const NightSettings = z.strictObject({
  timezone: Timezone.default('UTC'),
  from: TimeOfDay,
  to: TimeOfDay,
  days: z.array(z.enum(WEEKDAYS)).min(1).optional(),
  mention: SeverityName.default('error'),
  page: SeverityName.default('critical'),
});

/** `nightshift.yaml`. */
export const Settings = z.strictObject({
  cluster: z
    .string()
    .regex(/^[\w.-]{1,63}$/, 'may hold letters, digits, dots and dashes')
    .default(UNNAMED_CLUSTER),
  mode: z.enum(['act', 'observe']).default('act'),
  approvers: z.array(Approving).default([]),
  approvals: z.array(ApprovalSettings).max(200).default([]),
  /** Who may start a step without being an approver, with a reason, and loudly. */
  break_glass: z.array(Approver).default([]),
  /** Who PagerDuty's people are in Slack. */
  pagerduty_users: z
    .record(
      z.string().regex(/^[A-Z0-9]{1,30}$/, 'is not the id of a user in PagerDuty'),
      z.string().regex(/^[UW][A-Z0-9_]{1,30}$/, "is not a member's id in Slack (U…)"),
    )
    .default({}),
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
      drain_timeout: durationBetween('1s', '1d').prefault('5m'),
      steps_per_incident: z.int().min(1).default(6),
      storm_incidents: z.int().min(2).default(10),
      /** So long after an alert came somebody has heard of it, whatever is waited for. */
      unanswered: durationBetween('1s', '7d').prefault('15m'),
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
  channels: z.array(ChannelSettings).max(200).default([]),
  night: NightSettings.optional(),
  /** Change freezes and quiet hours. */
  shifts: z
    .strictObject({ timezone: Timezone.default('UTC'), ends: z.array(TimeOfDay).max(12).default([]) })
    .prefault({}),
  windows: z.array(WindowSettings).max(100).default([]),
  scan: z
    .strictObject({
      every: durationBetween('5s', '1d').prefault('1m'),
      namespaces: z.array(z.string()).default([]),
      enabled: z.boolean().default(true),
      /** ServiceMonitors and PodMonitors of a service in trouble are scraped every 15 s until it is over. Off: it changes the cluster. */
      tighten_monitors: z.boolean().default(false),
    })
    .prefault({}),
});
export type Settings = z.infer<typeof Settings>;

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
