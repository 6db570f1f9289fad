/**
 * What older versions stored, as this version knows it. Pure. A record carries the number of its schema (`schema`; the first version wrote none); each row of the table takes it one number further.
 * A row is never changed once a version that writes its number is released: the records of all of them are in test/histories.
 */

/** The schema that this version writes. */
export const SCHEMA = 2;

type Json = Record<string, unknown>;
type Change = (json: Json) => Json;
/** What changed from the schema before to `to`. */
type Migration = { to: number; incident: Change; timelineEntry: Change };

const MIGRATIONS: readonly Migration[] = [
  { to: 2, incident: (json) => incidentToVersion2(json), timelineEntry: (json) => entryToVersion2(json) },
];

/** An incident as JSON of any version; null: a newer version wrote it, and nobody here knows what it means. */
export const migrateIncident = (stored: unknown): unknown => migrated(stored, 'incident');
/** A line of a timeline, the same way. */
export const migrateTimelineEntry = (stored: unknown): unknown => migrated(stored, 'timelineEntry');

/** Kinds of work that older versions left due, under the names that they have now. */
const EFFECT_KINDS = new Map([['tell', 'notify']]);
export const migrateEffectKind = (kind: string): string => EFFECT_KINDS.get(kind) ?? kind;

function migrated(stored: unknown, what: 'incident' | 'timelineEntry'): unknown {
  if (!isJson(stored)) return stored;
  const { schema = 1, ...record } = stored;
  if (typeof schema !== 'number' || schema > SCHEMA) return null;
  return MIGRATIONS.filter(({ to }) => to > schema).reduce((json, migration) => migration[what](json), record);
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

// ---------------------------------------------------------------- 2: words of the field

const EVENTS = new Map([
  ['trouble_gone', 'resolved'],
  ['calm_seen', 'anomaly_cleared'],
  ['level_due', 'repage_due'],
]);
const CAUSES = new Map([['waits_outside', 'blocked_on_dependency']]);

const entryToVersion2: Change = (entry) => word(said(entry), 'type', EVENTS);

function incidentToVersion2(incident: Json): Json {
  const { passedOver, spent, ...rest } = incident;
  const changed = inside(rest, {
    anomalies: finding,
    diagnosis,
    options: recommendation,
    executions: execution,
    state,
  });
  return { ...changed, skippedSteps: each(passedOver, skippedStep), attempted: spent };
}

const said: Change = (json) => renamed(json, 'words', 'message');
const finding: Change = (json) => word(said(json), 'what', CAUSES);
const cause: Change = (json) => word(json, 'what', CAUSES);
const affected: Change = (json) => inside(json, { nodes: (node) => renamed(node, 'hurts', 'isSymptom') });
const diagnosis: Change = (json) =>
  inside(renamed(json, 'jam', 'bottleneck'), {
    issue: said,
    findings: finding,
    causes: cause,
    bottleneck: cause,
    affected,
  });
const plan: Change = (json) => inside(json, { blastRadius: said });
const confidence: Change = (json) => inside(json, { parts: said });
const recommendation: Change = (json) => inside(json, { plan, confidence });
const refusal: Change = (json) => word(said(json), 'code', EVENTS);
const execution: Change = (json) => inside(said(json), { recommendation, verification: said, undone: said });
const skippedStep: Change = (json) => word(said(json), 'reason', new Map([['spent', 'attempted']]));
const state: Change = (json) =>
  inside(word(json, 'atTimeout', new Map([['lapse', 'expire']])), {
    recommendation,
    execution,
    waiting: refusal,
    samples: said,
  });

/** Changes what stands in these fields, one record or each of a list; what is absent or null stays so. */
function inside(json: Json, changes: Record<string, Change>): Json {
  const changed = Object.entries(changes).flatMap(([field, change]) =>
    field in json ? [[field, each(json[field], change)] as const] : [],
  );
  return { ...json, ...Object.fromEntries(changed) };
}

function each(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => (isJson(one) ? change(one) : one));
  return isJson(value) ? change(value) : value;
}

function renamed(json: Json, from: string, to: string): Json {
  if (!(from in json)) return json;
  const { [from]: value, ...rest } = json;
  return { ...rest, [to]: value };
}

/** Another word where a field holds one of these. */
function word(json: Json, field: string, words: ReadonlyMap<string, string>): Json {
  const value = json[field];
  const instead = typeof value === 'string' ? words.get(value) : undefined;
  return instead === undefined ? json : { ...json, [field]: instead };
}
