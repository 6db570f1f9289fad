import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Alert } from '../../domain/types.ts';

const MAX_ALERTS = 1_000;
const MAX_LABELS = 64;
const MAX_TEXT = 1_024;

const texts = z.record(z.string(), z.coerce.string()).nullish();
const instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-01-31T03:00:00Z')
  .nullish();

const alertSchema = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts,
  startsAt: instant,
  endsAt: instant,
  generatorURL: z.string().nullish(),
  fingerprint: z.string().nullish(),
});

/** Alertmanager's webhook payload, version 4. Fields that are not listed are accepted and ignored. */
const webhookSchema = z.looseObject({
  version: z.string(),
  alerts: z
    .array(alertSchema)
    .max(MAX_ALERTS, `must be at most ${MAX_ALERTS} alerts; lower max_alerts of the receiver`),
  truncatedAlerts: z.number().int().nonnegative().nullish(),
});

export type ParsedWebhook =
  | {
      ok: true;
      alerts: Alert[];
      /** How many alerts of the group Alertmanager left out (`max_alerts`). */
      truncated: number;
    }
  | { ok: false; status: 400 | 422; message: string };

/**
 * Reads a webhook body that was already decoded from JSON. `now` (epoch ms) stands in for an absent `startsAt`.
 * Another version answers 422, everything else that is wrong 400, naming the field.
 */
export function parseWebhook(body: unknown, now: number): ParsedWebhook {
  const version = z.looseObject({ version: z.union([z.string(), z.number()]) }).safeParse(body);
  if (version.success && String(version.data.version) !== '4') {
    const message = `version: this is a version "${String(version.data.version).slice(0, 20)}" payload; only Alertmanager's version "4" is understood.`;
    return { ok: false, status: 422, message };
  }
  const parsed = webhookSchema.safeParse(body);
  if (!parsed.success) return { ok: false, status: 400, message: firstIssue(parsed.error) };
  return {
    ok: true,
    alerts: parsed.data.alerts.map((alert) => toAlert(alert, now)),
    truncated: parsed.data.truncatedAlerts ?? 0,
  };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
  return `${path || 'body'}: ${issue?.message ?? 'is not an Alertmanager webhook'}`.slice(0, 300);
}

function toAlert(raw: z.infer<typeof alertSchema>, now: number): Alert {
  const labels = bounded(raw.labels ?? {});
  return {
    fingerprint: raw.fingerprint ? raw.fingerprint.slice(0, 64) : fingerprintOf(labels),
    name: labels.alertname ?? '(no name)',
    status: raw.status,
    labels,
    annotations: bounded(raw.annotations ?? {}),
    startsAt: millis(raw.startsAt) ?? now,
    // While firing, Alertmanager writes the year 1, or when it would give the alert up.
    endsAt: raw.status === 'firing' ? null : millis(raw.endsAt),
    generatorUrl: (raw.generatorURL ?? '').slice(0, MAX_TEXT),
    source: 'alertmanager',
  };
}

function bounded(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts)
      .slice(0, MAX_LABELS)
      .map(([key, value]) => [key.slice(0, 256), value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 1)}…` : value]),
  );
}

/** Equal labels, equal fingerprint, whatever their order; 16 hex digits like Alertmanager's own. */
export function fingerprintOf(labels: Record<string, string>): string {
  const sorted = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** Null for the zero time (year 1) and for none. */
function millis(text: string | null | undefined): number | null {
  if (!text) return null;
  const at = Date.parse(text);
  return at > 0 ? at : null;
}
