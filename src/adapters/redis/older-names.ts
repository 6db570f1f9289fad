/** Names that stored records had in 0.1.0, and what they are called now. What labels, annotations and actions hold in their own words stays as it is. */
const FIELDS: Record<string, string> = {
  words: 'message',
  passedOver: 'skippedSteps',
  spent: 'attempted',
  jam: 'bottleneck',
  hurts: 'isSymptom',
};
const VALUES: Record<string, Record<string, string>> = {
  type: { trouble_gone: 'resolved', calm_seen: 'anomaly_cleared', level_due: 'repage_due' },
  code: { trouble_gone: 'resolved' },
  reason: { spent: 'attempted' },
  atTimeout: { lapse: 'expire' },
  what: { waits_outside: 'blocked_on_dependency' },
};
const NOT_OURS = new Set(['labels', 'annotations', 'data', 'undo', 'params']);

/** A stored record under today's names; one that has them already comes back alike. */
export function underNewNames(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(underNewNames);
  if (typeof stored !== 'object' || stored === null) return stored;
  return Object.fromEntries(Object.entries(stored).map(([name, value]) => renamed(name, value)));
}

function renamed(name: string, value: unknown): [string, unknown] {
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name]! : name;
  if (NOT_OURS.has(name)) return [field, value];
  if (typeof value !== 'string') return [field, underNewNames(value)];
  const values = Object.hasOwn(VALUES, name) ? VALUES[name]! : {};
  return [field, Object.hasOwn(values, value) ? values[value] : value];
}

const EFFECTS: Record<string, string> = { tell: 'notify' };
/** The kind of a due effect under today's name. */
export const effectKindNow = (kind: unknown): unknown =>
  typeof kind === 'string' && Object.hasOwn(EFFECTS, kind) ? EFFECTS[kind] : kind;
