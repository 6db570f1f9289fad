import { z } from 'zod';
import { isZone } from '../../domain/daily-time.ts';
import { parseDuration } from '../../domain/duration.ts';
import { type Playbook, RUNGS } from '../../domain/types/playbook.ts';

const duration = (minMs: number, maxMs: number, message: string) =>
  z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue({ code: 'custom', message: `must be a duration ${message}, such as 90s or 5m` });
    return z.NEVER;
  });

const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a name in snake_case');

const stepSchema = z.strictObject({
  action: name.describe('the action, by its name below'),
  rung: z
    .enum(RUNGS, `must be one of ${RUNGS.join(', ')}`)
    .describe('what kind of step it is; it bounds what may be done by itself'),
  threshold: z
    .number()
    .nonnegative()
    .default(0)
    .describe('severity from which the step applies, in the unit of the issue'),
  confidence: z.number().min(0).max(1).describe('what our own confidence must reach, 0 to 1'),
  params: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('parameters of the action, see below'),
});

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const clock = (text: string): number | null => {
  const [, hour, minute] = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return minutes <= 24 * 60 ? minutes : null;
};

const timeSchema = z
  .strictObject({
    from: z
      .string()
      .refine((text) => clock(text) !== null, 'must be a time such as 22:00')
      .describe('from then on, as 22:00'),
    to: z
      .string()
      .refine((text) => clock(text) !== null, 'must be a time such as 06:00')
      .describe('until then, as 06:00; before `from` it is on the next day'),
    days: z
      .array(z.enum(WEEKDAYS, `must be one of ${WEEKDAYS.join(', ')}`))
      .min(1)
      .optional()
      .describe('days on which it begins; every day when absent'),
    zone: z.string().refine(isZone, 'must be a time zone such as Europe/Berlin').describe('whose clocks (IANA name)'),
  })
  .transform(({ from, to, days, zone }) => ({
    fromMin: clock(from) ?? 0,
    toMin: (clock(to) ?? 0) % (24 * 60),
    zone,
    ...(days ? { days: days.map((day) => WEEKDAYS.indexOf(day)) } : {}),
  }));

const severity = z.number().nonnegative().optional();
const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item.transform((one) => [one]), z.array(item).min(1).max(80)]);

const whenSchema = z
  .strictObject({
    owner: oneOrMore(z.string().regex(/^[A-Z][A-Za-z]*$/, 'must be a kind such as StatefulSet'))
      .optional()
      .describe('the kind of what the cause is, or several'),
    severity: z
      .strictObject({
        from: severity.describe('from this on'),
        below: severity.describe('under this'),
      })
      .optional()
      .describe('in the unit of the issue'),
    time: timeSchema.optional().describe('the time of day'),
  })
  .describe('only where all of these hold; of several playbooks the one with most conditions counts');

const issueName = z.string().regex(/^(\*|[a-z][a-z0-9_]*)$/, 'must be a name in snake_case, or *');

/** A playbook as people write it, for one or several kinds of issue and cause; `playbooksIn` makes the domain's of it. Unknown keys are refused: they are typing errors. */
export const playbookSchema = z
  .strictObject({
    issue: oneOrMore(issueName).describe(
      'the kind of issue, or several; an alert without a kind of its own has its name in snake_case (KubeJobFailed is kube_job_failed); `*` for all that have no playbook',
    ),
    cause: oneOrMore(name)
      .optional()
      .describe(
        'only where a cause of this kind (or one of several) is named; a playbook without one is for all others',
      ),
    when: whenSchema.optional(),
    title: z.string().min(1).max(120).describe('what it does, for people'),
    tell: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe('a sentence for whoever it comes to: whom to tell, or why nothing is done'),
    steps: z
      .array(stepSchema)
      .min(1)
      .max(20)
      .describe('in the order in which they are tried, each action once, at most 20'),
    verify: z
      .strictObject({
        within: duration(1_000, 86_400_000, 'from 1s to 24h').describe(
          'so long after the change the trouble must be gone, 1s to 24h',
        ),
        steady: duration(0, 86_400_000, 'up to 24h').describe(
          'so long it must stay gone before the incident is healed, up to 24h',
        ),
      })
      .describe('when a step has worked')
      .transform(({ within, steady }) => ({ withinMs: within, steadyMs: steady })),
  })
  .superRefine(({ steps }, context) => {
    steps.forEach(({ action }, index) => {
      if (steps.findIndex((step) => step.action === action) !== index)
        context.addIssue({
          code: 'custom',
          path: ['steps', index, 'action'],
          message: `"${action}" is in this playbook twice`,
        });
    });
  });

/** One for each kind of issue and cause that it names. */
export const playbooksIn = ({ issue: issues, cause: causes, ...rest }: z.output<typeof playbookSchema>): Playbook[] =>
  issues.flatMap((issue) =>
    causes ? causes.map((cause): Playbook => ({ ...rest, issue, cause })) : [{ ...rest, issue } as Playbook],
  );
