import { createTwoFilesPatch } from 'diff';
import { headOf } from './cut-text.ts';
import { isRecord } from './object-path.ts';

const MAX_DIFF = 3_000;
/** Said by the server of every object, and of no use to a person. */
const NOISE = ['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'];
const SECRET_NAME = /pass(word|wd)?|secret|token|credential|api_?key|private|dsn|auth/i;

/** Unified diff of two objects as YAML, at most 3,000 characters; empty when nothing differs. Values of variables with telling names are masked. */
export function objectDiff(name: string, before: Record<string, unknown>, after: Record<string, unknown>): string {
  const left = toYaml(readable(before));
  const right = toYaml(readable(after));
  if (left === right) return '';
  const patch = createTwoFilesPatch(name, name, left, right, 'now', 'planned', { context: 2 });
  const text = patch.replace(/^Index:.*\n=+\n/, '').trimEnd();
  return text.length > MAX_DIFF ? `${headOf(text, MAX_DIFF - 24)}\n… (the rest is cut off)` : text;
}

/** Without status and noise, secrets masked. */
function readable(object: Record<string, unknown>): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = object;
  const told = isRecord(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !NOISE.includes(key)))
    : {};
  if (isRecord(told.annotations)) {
    const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...annotations } = told.annotations;
    told.annotations = annotations;
  }
  const masked = maskSecrets(metadata === undefined ? rest : { ...rest, metadata: told });
  return isRecord(masked) ? masked : {};
}

/** Literal values of environment variables whose name says that they are secret become `***`. */
function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (!isRecord(value)) return value;
  const { name } = value;
  const secret = typeof name === 'string' && SECRET_NAME.test(name) && typeof value.value === 'string';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, secret && key === 'value' ? '***' : maskSecrets(inner)]),
  );
}

/** Enough of YAML to be read by people: block style, sorted keys, anything unusual in quotes. */
export function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return value.map((item) => listItem(item, indent)).join('');
  if (!isRecord(value)) return `${indent}${scalar(value)}\n`;
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  return keys.map((key) => entry(key, value[key], indent)).join('');
}

function entry(key: string, value: unknown, indent: string): string {
  if (isEmpty(value)) return `${indent}${scalar(key)}: ${emptyWords(value)}\n`;
  if (Array.isArray(value)) return `${indent}${scalar(key)}:\n${toYaml(value, indent)}`;
  return isRecord(value)
    ? `${indent}${scalar(key)}:\n${toYaml(value, `${indent}  `)}`
    : `${indent}${scalar(key)}: ${scalar(value)}\n`;
}

function listItem(item: unknown, indent: string): string {
  const block = isEmpty(item) ? `${indent}  ${emptyWords(item)}\n` : toYaml(item, `${indent}  `);
  return `${indent}- ${block.slice(indent.length + 2)}`;
}

function emptyWords(value: unknown): string {
  return Array.isArray(value) ? '[]' : '{}';
}

function isEmpty(value: unknown): boolean {
  return (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0);
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  return /^[A-Za-z_/](?:[\w./:@=+-]*[\w/])?$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
