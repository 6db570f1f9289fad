import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import { OUTCOMES } from '../domain/types/outcome.ts';

const DAY_MS = 86_400_000;
export const WEEKDAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
/** A Monday, in UTC: every scenario plays in this week, so that it is the same each time. */
export const WEEK_BEGINS = Date.UTC(2026, 5, 1);

/** `90s`, `5m` → milliseconds of sandbox time. */
const duration = z.string('must be a duration up to a day, such as 90s or 5m').transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms <= DAY_MS) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration up to a day, such as 90s or 5m' });
  return z.NEVER;
});

const instantOfWeek = z
  .string('must be a weekday and a time (UTC), such as "Thu 18:00"')
  .regex(
    /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):[0-5]\d$/,
    'must be a weekday and a time (UTC), such as "Thu 18:00"',
  )
  .transform((text) => {
    const [day, clock] = text.split(' ') as [(typeof WEEKDAY_NAMES)[number], string];
    const [hours, minutes] = clock.split(':').map(Number) as [number, number];
    return WEEK_BEGINS + WEEKDAY_NAMES.indexOf(day) * DAY_MS + (hours * 60 + minutes) * 60_000;
  });

const kubernetesName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a name as Kubernetes has them');
const snakeName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a name in snake_case');
const oneOrMore = <T extends z.ZodType>(one: T, message: string) =>
  z.union([one.transform((value) => [value]), z.array(one).min(1)], `must be ${message}, or a list of such`);

const serviceSchema = z.strictObject({
  replicas: z.int().min(0).max(20).optional(),
  critical: z.boolean().optional(),
  autonomy: z.enum(['auto', 'ask', 'observe'], 'must be auto, ask or observe').optional(),
  timeout: duration.optional(),
  at_timeout: z.enum(['execute', 'escalate', 'watch'], 'must be execute, escalate or watch').optional(),
});

const faultSchema = z.strictObject({
  at: duration,
  kind: kubernetesName,
  service: kubernetesName,
  severity: z.number().min(0.25).max(4).default(1),
  /** When it is taken back, if nothing has cured it before. */
  until: duration.optional(),
});

const PRESSES = [
  'approve',
  'reject',
  'hold',
  'page',
  'undo',
  'false_alarm',
  'escalate',
  'healed_by_human',
  'choose',
] as const;
export type ScenarioPress = (typeof PRESSES)[number];

/** What a person does once an incident asks, is handed over or is closed. */
const answerSchema = z
  .strictObject({
    when: z.enum(['asked', 'escalated', 'closed'], 'must be asked, escalated or closed'),
    service: kubernetesName.optional(),
    /** Only when this step is the one that is recommended. */
    action: snakeName.optional(),
    after: duration.prefault('30s'),
    do: z.enum(PRESSES, `must be one of ${PRESSES.join(', ')}`),
    /** For `do: choose`: the other step that is taken instead. */
    instead: snakeName.optional(),
    by: z.string().min(1).default('U_ONCALL'),
  })
  .refine(({ do: what, instead }) => (what === 'choose') === (instead !== undefined), {
    path: ['instead'],
    message: 'goes with "do: choose", and only with it',
  });

/** A `/heal` command at its time, whatever happens. */
const commandSchema = z.strictObject({
  at: duration,
  command: z.string().min(1).max(200),
  by: z.string().min(1).default('U_ONCALL'),
});

const incidentSchema = z.strictObject({
  /** What the incident is about: a service, or `alert:KubeNodePressure` for an alert that names none. Several: any of them. */
  service: oneOrMore(z.string().regex(/^[\w:.-]{1,100}$/), 'the name of a service'),
  issue: oneOrMore(snakeName, 'a name in snake_case').optional(),
  /** Name of what is the cause; null: none may be named. */
  cause: oneOrMore(kubernetesName, 'a name as Kubernetes has them').nullable().optional(),
  /** Every step that was carried out, in order; `[]`: none. */
  actions: z.array(snakeName).max(10).optional(),
  /** On whose word the last step was carried out. */
  authority: z.enum(['auto', 'person', 'timeout'], 'must be auto, person or timeout').optional(),
  outcome: oneOrMore(z.enum([...OUTCOMES, 'open']), `one of ${OUTCOMES.join(', ')}, open`).optional(),
  noticed_within: duration.optional(),
  closed_within: duration.optional(),
});

const expectSchema = z.strictObject({
  incidents: z.array(incidentSchema).max(10).default([]),
  at_most: z.int().min(0).optional(),
  /** Whether a person was called, other than to approve. */
  paged: z.boolean().optional(),
  /** What may be changed in the cluster, as `deployments/cart-api` or `pods/cart-api-*`; `[]`: nothing. */
  changed: z
    .array(
      z.string().regex(/^[a-z]+(\.[a-z0-9.-]+)?\/[a-z0-9.*-]+$/, 'must be resource/name, such as deployments/cart-api'),
    )
    .optional(),
});

/** A scenario as people write it. Unknown keys are refused: they are typing errors. */
export const Scenario = z
  .strictObject({
    name: z.string().min(1).max(100),
    teaches: z.string().min(1).max(1_000),
    start: z
      .strictObject({
        at: instantOfWeek.prefault('Thu 18:00'),
        seed: z.int().min(0).default(42),
        /** How long the shop runs undisturbed before the scenario's clock begins. */
        settle: duration.prefault('3m'),
        services: z.record(kubernetesName, serviceSchema).default({}),
        /** A folder of playbooks to try, beside the scenario; they replace the shipped ones for the same issue. */
        playbooks: z.string().min(1).optional(),
      })
      .prefault({}),
    faults: z.array(faultSchema).max(10).default([]),
    people: z.array(answerSchema).max(20).default([]),
    commands: z.array(commandSchema).max(20).default([]),
    lasts: duration,
    expect: expectSchema,
  })
  .superRefine(({ faults, lasts, commands }, context) => {
    const late = (path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', path, message: 'is after the end of the scenario (lasts)' });
    faults.forEach(({ at, until }, index) => {
      if (at >= lasts) late(['faults', index, 'at']);
      if (until !== undefined && until <= at)
        context.addIssue({ code: 'custom', path: ['faults', index, 'until'], message: 'must be later than at' });
    });
    commands.forEach(({ at }, index) => {
      if (at >= lasts) late(['commands', index, 'at']);
    });
  });
export type Scenario = z.infer<typeof Scenario>;
export type AnswerRule = z.infer<typeof answerSchema>;
export type CommandRule = z.infer<typeof commandSchema>;
export type ExpectedIncident = z.infer<typeof incidentSchema>;
