import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cutText, headOf } from '../../domain/cut-text.ts';
import { maskSecrets, maskTexts } from '../../domain/mask-text.ts';
import type { Alert } from '../../domain/types/alert.ts';

const MAX_ALERTS = 1_000;
const MAX_LABELS = 64;
const MAX_TEXT = 1_024;

const texts = z.record(z.string(), z.coerce.string()).nullish();
const instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-01-31T03:00:00Z')
  .nullish();

const alertSchema = z.looseObject({
  /** Absent or an object in Alertmanager's own API (`/api/v2/alerts`), which Prometheus and vmalert speak, too: there the end says whether it fires. */
  status: z.union([z.enum(['firing', 'resolved']), z.looseObject({ state: z.string() })]).nullish(),
  labels: texts,
  annotations: texts,
  startsAt: instant,
  endsAt: instant,
  generatorURL: z.string().nullish(),
  fingerprint: z.string().nullish(),
});
type RawAlert = z.infer<typeof alertSchema>;

const alertsSchema = z
  .array(alertSchema)
  .max(MAX_ALERTS, `must be at most ${MAX_ALERTS} alerts; lower max_alerts of the receiver`);

/** The webhook of Alertmanager (`version` "4") and of Grafana ("1"). Fields that are not listed are accepted and ignored. */
const webhookSchema = z.looseObject({
  // Go writes a group of none as null.
  alerts: alertsSchema.nullable().transform((alerts) => alerts ?? []),
  truncatedAlerts: z.number().int().nonnegative().nullish(),
});

export type AlertmanagerWebhook =
  | {
      ok: true;
      alerts: Alert[];
      /** Silenced or inhibited, as Alertmanager's API tells: nobody is to hear of them. */
      muted: Alert[];
      /** How many alerts of the group Alertmanager left out (`max_alerts`). */
      truncated: number;
    }
  | { ok: false; status: 400 | 422; message: string };

/**
 * Reads a body that was already decoded from JSON: a webhook, or a bare array of alerts. `now` (epoch ms) stands in for an absent `startsAt`. What is wrong answers 400, naming the
 * field; another version 422.
 */
export function parseWebhook(body: unknown, now: number): AlertmanagerWebhook {
  const version = unknownVersion(body);
  if (version !== null) return { ok: false, status: 422, message: version };
  const parsed = Array.isArray(body)
    ? z.object({ alerts: alertsSchema }).safeParse({ alerts: body })
    : webhookSchema.safeParse(body);
  if (!parsed.success) return { ok: false, status: 400, message: firstIssue(parsed.error) };
  const { alerts } = parsed.data;
  const isMuted = ({ status }: RawAlert) => typeof status === 'object' && status?.state === 'suppressed';
  return {
    ok: true,
    alerts: alerts.filter((alert) => !isMuted(alert)).map((alert) => toAlert(alert, now)),
    muted: alerts.filter(isMuted).map((alert) => toAlert(alert, now)),
    truncated: ('truncatedAlerts' in parsed.data ? (parsed.data.truncatedAlerts as number | null) : null) ?? 0,
  };
}

const KNOWN_VERSIONS = new Set(['1', '4']);
const versioned = z.looseObject({ version: z.unknown() });

/** A version that nobody knows, by name; one that is absent is no reason. */
function unknownVersion(body: unknown): string | null {
  const version = versioned.safeParse(body).data?.version;
  if (version === undefined || version === null) return null;
  if (typeof version !== 'string' && typeof version !== 'number') return 'version: must be a text or a number';
  if (KNOWN_VERSIONS.has(String(version))) return null;
  return `version: this is a version "${headOf(String(version), 20)}" payload; Alertmanager's version "4" and Grafana's "1" are understood.`;
}

function firstIssue(error: z.ZodError): string {
  const issue = deepest(error.issues[0]);
  const path = (issue?.path ?? []).reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );
  return headOf(`${path || 'body'}: ${issue?.message ?? 'is not an Alertmanager webhook'}`, 300);
}

type Issue = z.core.$ZodIssue;

/** Of a choice the branch that came furthest: it says which field is wrong. */
function deepest(issue: Issue | undefined): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap((branch) => deepest(branch[0]) ?? []);
  const [furthest] = inner.sort((left, right) => right.path.length - left.path.length);
  return furthest && furthest.path.length > 0 ? { ...furthest, path: [...issue.path, ...furthest.path] } : issue;
}

function toAlert(raw: RawAlert, now: number): Alert {
  const labels = bounded(raw.labels ?? {});
  const status = statusOf(raw, now);
  return {
    fingerprint: raw.fingerprint ? cut(raw.fingerprint, 64) : fingerprintOf(labels),
    name: labels.alertname ?? '(no name)',
    status,
    labels: maskTexts(labels),
    annotations: maskTexts(bounded(raw.annotations ?? {})),
    startsAt: millis(raw.startsAt) ?? now,
    // While firing, Alertmanager writes the year 1, or when it would give the alert up.
    endsAt: status === 'firing' ? null : millis(raw.endsAt),
    generatorUrl: maskSecrets(cut(raw.generatorURL ?? '', MAX_TEXT)),
    source: 'alertmanager',
  };
}

/** Who sends to Alertmanager itself says by the end: one that has come ends it, one to come is when it would be given up. */
function statusOf({ status, endsAt }: RawAlert, now: number): Alert['status'] {
  if (typeof status === 'string') return status;
  return (millis(endsAt) ?? Number.POSITIVE_INFINITY) <= now ? 'resolved' : 'firing';
}

function bounded(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts)
      .slice(0, MAX_LABELS)
      .map(([key, value]) => [cut(key, 256), cut(value, MAX_TEXT)]),
  );
}

/** Without half a character, at the cut or before. */
function cut(text: string, most: number): string {
  const whole = text.toWellFormed();
  return cutText(whole, most);
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
