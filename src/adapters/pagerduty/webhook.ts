import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';

/** What PagerDuty tells of an incident. `dedupKey` is what it was triggered under; `by` is a person's name, outside text; null: an integration (ours, say), a rule or a time that ran out. */
type PagerDutyWebhook = {
  type: 'triggered' | 'acknowledged' | 'unacknowledged' | 'resolved' | 'reopened' | 'annotated' | 'other';
  dedupKey: string | null;
  by: string | null;
  /** Epoch ms; null when it isn't a date. */
  at: number | null;
  /** PagerDuty's own number and page. */
  number: number | null;
  url: string | null;
  /** Of a note: what it says, and of which incident (PagerDuty's id). `writer`: PagerDuty's id of a person. */
  note: { incident: string; writer: string | null; content: string } | null;
};

export type ReadPagerDutyWebhook =
  | { ok: true; event: PagerDutyWebhook }
  | { ok: false; reason: 'bad_signature' | 'bad_json' | 'bad_shape' };

const payloadSchema = z.object({
  event: z.object({
    event_type: z.string(),
    occurred_at: z.string().optional(),
    agent: z.object({ id: z.string().nullish(), summary: z.string().nullish(), type: z.string().nullish() }).nullish(),
    data: z
      .object({
        incident_key: z.string().nullish(),
        number: z.number().nullish(),
        html_url: z.string().nullish(),
        content: z.string().nullish(),
        incident: z.object({ id: z.string() }).nullish(),
      })
      .nullish(),
  }),
});

const PERSON = 'user_reference';
const TYPES = ['triggered', 'acknowledged', 'unacknowledged', 'resolved', 'reopened', 'annotated'] as const;

/**
 * Checks and reads a V3 webhook. `signatures` is the header X-PagerDuty-Signature: `v1=<hex>[,v1=<hex>]`, each an HMAC-SHA256 of the raw body; one that fits suffices
 * (two are sent while a secret is being changed).
 */
export function parsePagerDutyWebhook(
  rawBody: Buffer,
  signatures: string | undefined,
  secret: string,
): ReadPagerDutyWebhook {
  if (!isSigned(rawBody, signatures ?? '', secret)) return { ok: false, reason: 'bad_signature' };
  let body: unknown;
  try {
    body = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return { ok: false, reason: 'bad_json' };
  }
  const parsed = payloadSchema.safeParse(body);
  return parsed.success ? { ok: true, event: eventOf(parsed.data) } : { ok: false, reason: 'bad_shape' };
}

function isSigned(rawBody: Buffer, signatures: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(rawBody).digest();
  const given = signatures
    .split(',')
    .slice(0, 10)
    .map((one) => /^v1=([0-9a-f]{64})$/i.exec(one.trim())?.[1]);
  return given.some((hex) => hex !== undefined && timingSafeEqual(Buffer.from(hex, 'hex'), expected));
}

type Agent = z.infer<typeof payloadSchema>['event']['agent'];

function byPerson(agent: Agent): string | null {
  if (!agent || (agent.type ?? PERSON) !== PERSON) return null;
  return headOf(agent.summary || 'somebody in PagerDuty', 100);
}

function noteOf({ data, agent }: z.infer<typeof payloadSchema>['event']): PagerDutyWebhook['note'] {
  if (!data?.incident || !data.content) return null;
  const writer = agent && (agent.type ?? PERSON) === PERSON ? (agent.id ?? null) : null;
  return { incident: data.incident.id, writer, content: headOf(data.content, 2_000) };
}

function eventOf({ event }: z.infer<typeof payloadSchema>): PagerDutyWebhook {
  const at = Date.parse(event.occurred_at ?? '');
  return {
    type: TYPES.find((type) => event.event_type === `incident.${type}`) ?? 'other',
    dedupKey: event.data?.incident_key ?? null,
    by: byPerson(event.agent),
    at: Number.isNaN(at) ? null : at,
    number: event.data?.number ?? null,
    url: event.data?.html_url ?? null,
    note: noteOf(event),
  };
}
