import { z } from 'zod';
import { RUNGS } from '../../domain/types.ts';

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1h30m` in milliseconds; null when the text is no duration. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return null;
  const parts = text.matchAll(/(\d{1,15}(?:\.\d{1,15})?)(ms|s|m|h)/g);
  return Math.round(
    [...parts].reduce((sum, [, digits, unit]) => sum + Number(digits) * (UNITS_MS[unit ?? ''] ?? 0), 0),
  );
}

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

/** A playbook as people write it; the output is the domain's `Playbook`. Unknown keys are refused: they are typing errors. */
export const playbookSchema = z
  .strictObject({
    issue: name.describe('the kind of issue'),
    cause: name
      .optional()
      .describe('only where a cause of this kind is named; a playbook without one is for all others'),
    title: z.string().min(1).max(120).describe('what it does, for people'),
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
