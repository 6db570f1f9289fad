import type { Json } from '../model.ts';

/** Where blocks are shown; some are allowed on some surfaces only. */
export type Surface = 'message' | 'modal' | 'home';

/** What was found wrong, in Slack's own wording. `characters` counts all text, since Slack bounds that too. */
export type Report = { surface: Surface; lines: string[]; characters: number };

export type Check = (report: Report, value: unknown, at: string) => void;

/** A field of an object; an object with a field that its shape doesn't name is refused, as Slack does. */
export type Field = { check: Check; required?: true };
export type Shape = Readonly<Record<string, Field>>;

export const required = (check: Check): Field => ({ check, required: true });
export const optional = (check: Check): Field => ({ check });

/** Adds a problem at a JSON pointer. */
export function say(report: Report, at: string, words: string): void {
  report.lines.push(`${words} [json-pointer:${at}]`);
}

export function asObject(report: Report, value: unknown, at: string): Json | null {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  say(report, at, 'must provide an object');
  return null;
}

/** An object against a shape; `ignore` names the keys that were looked at already. */
export function checkShape(
  report: Report,
  object: Json,
  at: string,
  shape: Shape,
  ignore: readonly string[] = [],
): void {
  for (const key of Object.keys(object)) {
    if (!(key in shape) && !ignore.includes(key)) say(report, at, `invalid additional property: ${key}`);
  }
  for (const [key, field] of Object.entries(shape)) {
    const value = object[key];
    if (value === undefined || value === null) {
      if (field.required) say(report, at, `missing required field: ${key}`);
    } else field.check(report, value, `${at}/${key}`);
  }
}

export const object =
  (shape: Shape): Check =>
  (report, value, at) => {
    const found = asObject(report, value, at);
    if (found !== null) checkShape(report, found, at, shape);
  };

export const string =
  (max: number, min = 0): Check =>
  (report, value, at) => {
    if (typeof value !== 'string') say(report, at, 'must provide a string');
    else if (value.length > max) say(report, at, `must be less than ${max + 1} characters`);
    else if (value.length < min) say(report, at, `must be more than ${min - 1} characters`);
  };

/** A string that people read: it counts towards the message's length. */
export const shown =
  (max: number, min = 1): Check =>
  (report, value, at) => {
    string(max, min)(report, value, at);
    if (typeof value === 'string') report.characters += value.length;
  };

export const boolean: Check = (report, value, at) => {
  if (typeof value !== 'boolean') say(report, at, 'must provide a boolean');
};

export const integer =
  (min: number, max: number): Check =>
  (report, value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) say(report, at, 'must provide an integer');
    else if (value < min || value > max) say(report, at, `must be between ${min} and ${max}`);
  };

export const oneOf =
  (...allowed: readonly (string | number)[]): Check =>
  (report, value, at) => {
    if (!allowed.includes(value as string)) say(report, at, `value must be one of: ${allowed.join(', ')}`);
  };

export const url =
  (max: number): Check =>
  (report, value, at) => {
    string(max, 1)(report, value, at);
    if (typeof value === 'string' && !/^(https?|mailto|slack):/i.test(value)) say(report, at, 'invalid url');
  };

export const list =
  (min: number, max: number, item: Check): Check =>
  (report, value, at) => {
    if (!Array.isArray(value)) return say(report, at, 'must provide an array');
    if (value.length > max) say(report, at, `no more than ${max} items allowed`);
    if (value.length < min) say(report, at, `no fewer than ${min} items allowed`);
    value.slice(0, max + 1).forEach((entry, index) => {
      item(report, entry, `${at}/${index}`);
    });
  };

/** Values that must differ: action ids of a block, block ids of a message. */
export function checkUnique(report: Report, values: readonly { value: unknown; at: string }[], name: string): void {
  const seen = new Set<unknown>();
  for (const { value, at } of values) {
    if (typeof value !== 'string') continue;
    if (seen.has(value)) say(report, at, `${name} already exists: ${value}`);
    seen.add(value);
  }
}
