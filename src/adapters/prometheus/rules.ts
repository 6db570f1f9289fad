import { z } from 'zod';
import type { AlertingRule } from '../../domain/own-rule.ts';

const MAX_RULES = 5_000;
const MAX_EXPR = 20_000;

/** What `/api/v1/rules` answers, as far as it is read; Thanos, Mimir and vmalert answer the same. */
export const rulesSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    groups: z.array(
      z.looseObject({
        rules: z.array(
          z.looseObject({
            type: z.string().nullish(),
            name: z.string(),
            query: z.string(),
            duration: z.number().nullish(),
            labels: z.record(z.string(), z.string()).nullish(),
          }),
        ),
      }),
    ),
  }),
});

/** The alerting rules, each once: several groups, or replicas of a ruler, may list the same. */
export function toRules({ data }: z.infer<typeof rulesSchema>): AlertingRule[] {
  const found = new Map<string, AlertingRule>();
  for (const rule of data.groups.flatMap(({ rules }) => rules)) {
    if (rule.type === 'recording' || rule.query.length > MAX_EXPR || found.size >= MAX_RULES) continue;
    const labels = rule.labels ?? {};
    const one = { name: rule.name, expr: rule.query, labels, forMs: (rule.duration ?? 0) * 1_000 };
    found.set(JSON.stringify(one), one);
  }
  return [...found.values()];
}
