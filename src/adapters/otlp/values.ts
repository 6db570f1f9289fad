import { headOf } from '../../domain/cut-text.ts';
import type { AnyValue, KeyValue, Whole } from './messages.ts';

const MAX_TEXT = 16_000;
const MAX_DEPTH = 4;

/** Nanoseconds since 1970 (a number, or decimal text in JSON) as epoch ms; 0 when there is no usable instant. */
export function toMs(nanos: Whole | undefined): number {
  const ms = Number(nanos ?? 0) / 1e6;
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** An enumeration in protobuf is a number, in JSON a number or its name; `names` from 0 on. */
export function toEnum(value: Whole | undefined, names: readonly string[]): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  const index = names.indexOf(value);
  return index >= 0 ? index : Number(value) || 0;
}

/**
 * The last 48 bits of an id, as a number; 0 for none. Ids are 8 bytes, or 16 hexadecimal digits in JSON. Among the
 * 200,000 spans that are remembered two alike are one chance in 10,000, and cost one wrong self time.
 */
export function toKey(id: Uint8Array | string | undefined): number {
  if (id === undefined || id.length < 8) return 0;
  if (typeof id === 'string') return Number.parseInt(id.slice(-12), 16) || 0;
  const n = id.length;
  const high = (id[n - 6]! << 8) | id[n - 5]!;
  const low = ((id[n - 4]! << 24) | (id[n - 3]! << 16) | (id[n - 2]! << 8) | id[n - 1]!) >>> 0;
  return high * 0x1_0000_0000 + low;
}

/** A value as text; lists and maps as JSON, to a bounded depth and length. */
export function toText(value: AnyValue | undefined): string {
  if (!value || typeof value !== 'object') return '';
  if (typeof value.stringValue === 'string') return headOf(value.stringValue, MAX_TEXT);
  const plain = toPlain(value, 0);
  if (plain === null) return '';
  return headOf(typeof plain === 'object' ? JSON.stringify(plain) : String(plain), MAX_TEXT);
}

function toPlain(value: AnyValue | undefined, depth: number): unknown {
  if (!value || typeof value !== 'object' || depth > MAX_DEPTH) return null;
  if (value.kvlistValue)
    return Object.fromEntries(
      list(value.kvlistValue.values).map((one) => [one.key ?? '', toPlain(one.value, depth + 1)]),
    );
  if (value.arrayValue) return list(value.arrayValue.values).map((one) => toPlain(one, depth + 1));
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? null;
}

/** The text of one attribute, or null. */
export function attribute(attributes: KeyValue[] | undefined, key: string): string | null {
  for (const one of list(attributes)) if (one?.key === key) return toText(one.value) || null;
  return null;
}

/** JSON from outside may hold anything where a list belongs. */
export function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value : [];
}
