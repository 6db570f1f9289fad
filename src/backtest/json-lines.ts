import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A value of a file and where it was. */
export type Placed = { place: string; value: unknown };
/** What a file holds; `bad` names what could not be read, a line each, and stops nothing. */
export type ReadLines = { values: Placed[]; bad: string[] };

const MOST_BYTES = 512 * 1024 * 1024;
const MOST_VALUES = 200_000;
/** A file that is one JSON text, over several lines, is read at once. */
const WHOLE_BYTES = 64 * 1024 * 1024;

/** Reads JSON lines, or one JSON text (a list counts as its members). Rejects only when the file itself can't be read. */
export async function readJsonLines(file: string): Promise<ReadLines> {
  const { size } = await stat(file);
  if (size > MOST_BYTES) throw new Error(`${file}: is larger than 512 MiB; split it by time`);
  const values: Placed[] = [];
  const bad: string[] = [];
  const lines: string[] = [];
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (size <= WHOLE_BYTES) lines.push(text);
    if (text.trim() === '') continue;
    const parsed = parse(text);
    if (parsed.ok) values.push(...members(parsed.value, `${file} line ${line}`));
    else bad.push(`${file} line ${line}: is no JSON: ${parsed.message}`);
    if (values.length > MOST_VALUES)
      throw new Error(`${file} line ${line}: more than 200,000 values; split it by time`);
  }
  if (bad.length === 0) return { values, bad };
  // Perhaps it is one text over many lines.
  const whole = lines.length > 0 ? parse(lines.join('\n')) : null;
  return whole?.ok ? { values: members(whole.value, file), bad: [] } : { values, bad };
}

type Parsed = { ok: true; value: unknown } | { ok: false; message: string };

function parse(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message.slice(0, 120) : 'it can not be parsed' };
  }
}

const members = (value: unknown, place: string): Placed[] =>
  Array.isArray(value)
    ? value.map((one, index) => ({ place: `${place}[${index}]`, value: one as unknown }))
    : [{ place, value }];
