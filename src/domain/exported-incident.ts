import { headOf } from './cut-text.ts';
import { maskText } from './mask-text.ts';

/** What leaves with an exported incident, and what doesn't. Pure. */

/** Objects as the cluster had them (a template holds variables), and addresses. */
const LEFT_OUT = new Set(['data', 'diff', 'undo', 'generatorUrl', 'stateDetail']);
/** Not prose: what tells one thing from another. */
const IDENTITIES = new Set(['id', 'uid', 'fingerprint', 'digest', 'planDigest']);
const MOST_TEXT = 2_000;
const MOST_DEPTH = 12;

/** In words, for people who pass an export on. */
export const LEFT_OUT_WORDS =
  'left out: objects and diffs of the cluster, what undo needs, log lines, links; masked: what looks like a secret. Names of services, pods, images and people are in it';

/** An incident of the API as it may leave: without what could hold a secret or a raw log line, and with the rest masked as everywhere. */
export function exportedIncident(incident: unknown): unknown {
  return cleaned(incident, '', 0);
}

function cleaned(value: unknown, key: string, depth: number): unknown {
  if (typeof value === 'string') return IDENTITIES.has(key) ? headOf(value, 200) : maskText(value, MOST_TEXT);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MOST_DEPTH) return null;
  if (Array.isArray(value)) return value.map((one) => cleaned(one, key, depth + 1));
  const fields = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name));
  const kept = Object.fromEntries(fields.map(([name, one]) => [name, cleaned(one, name, depth + 1)]));
  return 'kind' in kept && kept.kind === 'log' && 'message' in kept
    ? { ...kept, message: 'a log pattern (left out)' }
    : kept;
}
