import { z } from 'zod';
import type { Alert } from '../domain/types/alert.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';

const instant = z.number();
const alert = z.looseObject({
  fingerprint: z.string(),
  name: z.string(),
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  startsAt: instant,
  endsAt: instant.nullable(),
});
const entity = z.looseObject({ kind: z.string(), namespace: z.string(), name: z.string() });
const finding = z.looseObject({
  kind: z.string(),
  about: entity,
  at: instant,
  what: z.string(),
  message: z.string(),
  strength: z.number(),
});
const diagnosis = z.looseObject({
  at: instant,
  issue: z.looseObject({ kind: z.string(), severity: z.number(), unit: z.string(), message: z.string() }),
  causes: z.array(z.looseObject({ entity, what: z.string(), probability: z.number(), reasons: z.array(z.string()) })),
  somethingElse: z.number(),
  named: z.boolean(),
  findings: z.array(finding),
  measured: z.boolean(),
});
const recommendation = z.looseObject({
  issue: z.string(),
  step: z.looseObject({ action: z.string() }),
  plan: z.looseObject({
    action: z.string(),
    target: z.looseObject({ name: z.string(), uid: z.string() }),
    summary: z.string(),
    reversible: z.boolean(),
    blastRadius: z.looseObject({ level: z.enum(['low', 'medium', 'high']) }),
  }),
});
const execution = z.looseObject({
  id: z.string(),
  recommendation,
  authority: z.looseObject({ by: z.string() }),
  startedAt: instant,
  finishedAt: instant.nullable(),
  result: z.enum(['done', 'failed']).nullable(),
  verification: z.looseObject({ verdict: z.string(), at: instant }).nullable(),
});
const entry = z.looseObject({ at: instant, type: z.string(), message: z.string(), from: z.string(), to: z.string() });

/** An incident as `GET /api/incidents/:id` shows it and `export` writes it, one JSON object. What isn't listed is accepted. */
const recordedSchema = z.looseObject({
  id: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  service: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  openedAt: instant,
  closedAt: instant.nullable(),
  // Before version 0.2 the API didn't show them: then only what was diagnosed can be judged.
  alertDetails: z.array(alert).default([]),
  anomalies: z.array(finding).default([]),
  diagnosis: diagnosis.nullable(),
  recommendation: recommendation.nullable().default(null),
  options: z.array(recommendation).default([]),
  executions: z.array(execution).default([]),
  timeline: z.array(entry).default([]),
});

/** What was checked has the shape that Nightshift itself wrote. */
export type RecordedIncident = {
  id: string;
  cluster: string;
  namespace: string;
  service: string;
  state: string;
  outcome: string | null;
  openedAt: number;
  closedAt: number | null;
  alertDetails: Alert[];
  anomalies: Finding[];
  diagnosis: Diagnosis | null;
  recommendation: Recommendation | null;
  options: Recommendation[];
  executions: Execution[];
  timeline: { at: number; type: string; message: string; from: string; to: string }[];
};

export type ReadIncident = { ok: true; incident: RecordedIncident } | { ok: false; message: string };

/** Checks one incident; what is wrong names the field. */
export function readRecordedIncident(value: unknown): ReadIncident {
  const read = recordedSchema.safeParse(value);
  if (read.success) return { ok: true, incident: read.data as unknown as RecordedIncident };
  const issue = read.error.issues[0];
  return { ok: false, message: `${issue?.path.join('.') || 'incident'}: ${issue?.message ?? 'is not an incident'}` };
}
