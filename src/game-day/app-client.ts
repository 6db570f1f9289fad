import { z } from 'zod';
import type { IncidentFact } from './facts.ts';

const Authority = z.discriminatedUnion('by', [
  z.object({ by: z.literal('auto') }),
  z.object({ by: z.literal('timeout') }),
  z.object({ by: z.literal('person'), user: z.string() }),
]);
const RecommendationShape = z.object({
  step: z.object({ action: z.string() }),
  plan: z.object({ summary: z.string(), digest: z.string(), target: z.object({ name: z.string() }) }),
});
const Listed = z.array(z.object({ id: z.string(), service: z.string(), openedAt: z.number() }));
const Detailed = z.object({
  id: z.string(),
  service: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  issue: z.string().nullable(),
  cause: z.object({ name: z.string() }).nullable(),
  openedAt: z.number(),
  closedAt: z.number().nullable(),
  mttrMs: z.number().nullable(),
  stateDetail: z.object({ deliveredAt: z.number().nullish(), since: z.number().nullish() }),
  recommendation: RecommendationShape.nullable(),
  options: z.array(RecommendationShape),
  executions: z.array(
    z.object({
      recommendation: RecommendationShape,
      authority: Authority,
      startedAt: z.number(),
      verification: z.object({ verdict: z.string() }).nullable(),
    }),
  ),
  timeline: z.array(
    z.object({ at: z.number(), message: z.string(), by: z.string().nullable(), from: z.string(), to: z.string() }),
  ),
});
/** An incident as `/api/incidents/:id` shows it. */
export type IncidentView = z.infer<typeof Detailed>;

/** Asks whether what cured an incident stays: no trouble of its own. */
const CURE_STANDS = 'cure_stands';

/** Every incident since the start that tells of trouble, oldest first. `call` reads a path of the app. */
export async function incidents(call: (method: string, path: string) => Promise<unknown>): Promise<IncidentView[]> {
  const listed = Listed.parse(await call('GET', '/api/incidents')).reverse();
  const views = await Promise.all(
    listed.map(async ({ id }) => Detailed.parse(await call('GET', `/api/incidents/${encodeURIComponent(id)}`))),
  );
  return views.filter(({ issue }) => issue !== CURE_STANDS);
}

export function incidentFact(view: IncidentView): IncidentFact {
  const { id, service, state, issue, openedAt, closedAt, mttrMs, timeline } = view;
  return {
    id,
    service,
    state,
    outcome: view.outcome ?? (state === 'escalated' ? 'escalated' : 'open'),
    issue,
    cause: view.cause?.name ?? null,
    openedAt,
    closedAt,
    mttrMs,
    timeline,
    executions: view.executions.map(({ recommendation, authority, startedAt, verification }) => ({
      action: recommendation.step.action,
      target: recommendation.plan.target.name,
      summary: recommendation.plan.summary,
      authority,
      startedAt,
      verdict: verification?.verdict ?? null,
    })),
  };
}
