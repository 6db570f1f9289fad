import { z } from 'zod';
import { EFFECT_KINDS } from '../../domain/effect.ts';
import type { Incident, TimelineEntry } from '../../domain/incident.ts';
import type { StateName } from '../../domain/incident-state.ts';
import type { OpenLine } from '../../domain/open-line.ts';
import type { PastTrouble } from '../../domain/proof/comparison.ts';
import type { OutcomeRecord } from '../../domain/proof/outcome-record.ts';
import { OUTCOMES } from '../../domain/types/outcome.ts';
import type { DueEffect, Pause } from '../../ports/store.ts';
import { migrateEffectKind, migrateIncident, migrateTimelineEntry, SCHEMA } from './migrate.ts';

/** What was read back isn't what this version writes: another version's data, or somebody's hand. */
export class StoreUnreadable extends Error {
  override readonly name = 'StoreUnreadable';
}

const STATE_NAMES: Record<StateName, true> = {
  noticed: true,
  watching: true,
  awaiting_approval: true,
  queued: true,
  executing: true,
  verifying: true,
  undoing: true,
  escalated: true,
  closed: true,
};
const stateName = z.enum(Object.keys(STATE_NAMES) as [StateName, ...StateName[]]);

/** The envelope only: what is inside is made by our own domain types and was checked when it came in. */
const incidentEnvelope = z.looseObject({
  id: z.string().min(1),
  cluster: z.string(),
  namespace: z.string(),
  service: z.string(),
  groupKey: z.string(),
  version: z.number().int().positive(),
  state: z.looseObject({ name: stateName }),
  openedAt: z.number(),
  closedAt: z.number().nullable(),
  alerts: z.array(z.looseObject({ fingerprint: z.string() })),
  executions: z.array(z.looseObject({ id: z.string() })),
  options: z.array(z.unknown()),
});
const timelineEnvelope = z.looseObject({
  at: z.number(),
  type: z.string(),
  message: z.string(),
  by: z.string().nullable(),
  from: stateName,
  to: stateName,
});

const outcomeEnvelope = z.looseObject({
  schema: z.literal(1),
  id: z.string().min(1),
  namespace: z.string(),
  service: z.string(),
  outcome: z.enum(OUTCOMES),
  steps: z.array(z.looseObject({ action: z.string(), confidence: z.number() })),
  began: z.number(),
  noticed: z.number(),
  over: z.number(),
});

const numeric = z.coerce.number();
const effectKind = z.string().transform(migrateEffectKind).pipe(z.enum(EFFECT_KINDS));
const effectRow = z.tuple([z.string(), effectKind, z.string(), numeric, numeric, numeric]);

/** As it is stored: with the number of its schema. */
export const incidentJson = (incident: Incident): string => JSON.stringify({ schema: SCHEMA, ...incident });
export const timelineEntryJson = (entry: TimelineEntry): string => JSON.stringify({ schema: SCHEMA, ...entry });

/** Of any version until now. */
export function incidentFrom(json: unknown): Incident {
  return checked(incidentEnvelope, current(migrateIncident(parsed(json))), 'incident') as unknown as Incident;
}

export function timelineEntryFrom(json: unknown): TimelineEntry {
  const entry = current(migrateTimelineEntry(parsed(json)));
  return checked(timelineEnvelope, entry, 'timeline line') as unknown as TimelineEntry;
}

function current(migrated: unknown): unknown {
  if (migrated === null)
    throw new StoreUnreadable('A newer version of Nightshift wrote this: start that version, or a newer one');
  return migrated;
}

const pastEnvelope = z.object({
  source: z.enum(['alertmanager', 'pagerduty', 'prometheus']),
  id: z.string().min(1).max(500),
  namespace: z.string().max(253).nullable(),
  service: z.string().max(253).nullable(),
  name: z.string().max(500),
  began: z.number(),
  over: z.number(),
});

/** A trouble from before Nightshift. */
export const pastFrom = (json: unknown): PastTrouble => checked(pastEnvelope, parsed(json), 'past trouble');

/** How an incident ended, as `save` wrote it. */
export const outcomeFrom = (json: unknown): OutcomeRecord =>
  checked(outcomeEnvelope, parsed(json), 'record of an end') as unknown as OutcomeRecord;
/** Made anew with every save, so that only this version's, and what an older one left, are read. */
export function openLineFrom(json: unknown): OpenLine {
  const line = parsed(json) as Partial<OpenLine> | null;
  if (typeof line?.id !== 'string' || typeof line.namespace !== 'string' || typeof line.openedAt !== 'number')
    throw new StoreUnreadable('A line of an open incident is none');
  return line as OpenLine;
}

/** From the row that the scripts return: id, kind, incident, dueAt, gen, attempt. */
export function dueEffectFrom(row: unknown): DueEffect {
  const [id, kind, incidentId, dueAt, gen, attempt] = checked(effectRow, row, 'due effect');
  return { id, kind, incidentId, dueAt, gen, attempt };
}

const pauseFields = z.object({
  epoch: numeric.default(0),
  paused: z.string().default('0'),
  by: z.string().default(''),
  reason: z.string().default(''),
  at: z.string().default(''),
  until: z.string().default(''),
});

/** From the pairs of the hash. A pause whose `until` has come is over. */
export function pauseFrom(pairs: unknown, now: number): Pause {
  const flat = checked(z.array(z.string()), pairs, 'pause');
  const entries = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : []));
  const { epoch, paused, by, reason, at, until } = checked(pauseFields, Object.fromEntries(entries), 'pause');
  const untilAt = until === '' ? null : Number(until);
  return {
    epoch,
    paused: paused === '1' && (untilAt === null || now < untilAt),
    by: by === '' ? null : by,
    reason: reason === '' ? null : reason,
    at: at === '' ? null : Number(at),
    until: untilAt,
  };
}

/** Reads a list; a record that can't be read is reported and left out, so that it doesn't keep the list from all the others. */
export function eachReadable<T>(
  read: (raw: unknown) => T,
  raws: readonly unknown[],
  onUnreadable: (message: string) => void,
): T[] {
  return raws.flatMap((raw) => {
    try {
      return [read(raw)];
    } catch (error) {
      if (!(error instanceof StoreUnreadable)) throw error;
      onUnreadable(error.message);
      return [];
    }
  });
}

function parsed(json: unknown): unknown {
  if (typeof json !== 'string') throw new StoreUnreadable(`Expected JSON, found ${typeof json}`);
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new StoreUnreadable('What is in Redis is no JSON', { cause: error });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const id = typeof value === 'object' && value !== null && 'id' in value ? ` ${String(value.id)}` : '';
  throw new StoreUnreadable(`The ${what}${id} in Redis can't be read: ${z.prettifyError(result.error)}`);
}
