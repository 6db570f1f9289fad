import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** What is wrong with a file, a line each, with file, line and field; bounded. */
export class ExportErrors extends Error {
  override readonly name = 'ExportErrors';
}

/** How far reading is, in bytes. */
export type Progress = (file: string, read: number, size: number) => void;
export type Row = { line: number; cells: string[] };
export type Table = {
  file: string;
  /** Says what is wrong with a field of a line. Throws once there is too much to list. */
  complain(line: number, field: string, message: string): void;
};

const MOST_ERRORS = 20;
const PROGRESS_EVERY = 50_000;

/**
 * Reads a CSV with a header line by line, however large; `take` gets each row's cells in the order of `columns` (other columns are
 * left out, optional ones are '' when absent). Rejects with all that is wrong, at most 20 lines of it.
 */
export async function readTable(
  file: string,
  columns: { required: string[]; optional?: string[] },
  take: (row: Row, table: Table) => void,
  progress: Progress = () => {},
): Promise<void> {
  const errors: string[] = [];
  const table: Table = {
    file,
    complain(line, field, message) {
      errors.push(`${file} line ${line}: ${field}: ${message}`);
      if (errors.length >= MOST_ERRORS) throw new ExportErrors([...errors, 'and perhaps more'].join('\n'));
    },
  };
  const size = await sizeOf(file);
  const input = createReadStream(file);
  let places: number[] | null = null;
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (line % PROGRESS_EVERY === 0) progress(file, input.bytesRead, size);
    if (text.trim() === '') continue;
    const cells = cellsOf(text);
    if (places) take({ line, cells: places.map((place) => cells[place] ?? '') }, table);
    else places = placesOf(cells, columns, file, line);
  }
  if (!places) throw new ExportErrors(`${file}: is empty; its first line must be ${columns.required.join(',')}`);
  if (errors.length > 0) throw new ExportErrors(errors.join('\n'));
  progress(file, size, size);
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    throw new ExportErrors(`${file}: can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new ExportErrors(`${file}: is no file`);
}

function placesOf(
  header: string[],
  { required, optional = [] }: { required: string[]; optional?: string[] },
  file: string,
  line: number,
): number[] {
  const names = header.map((name) => name.replace(/^\uFEFF/, '').toLowerCase());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new ExportErrors(
      `${file} line ${line}: ${missing.join(', ')}: no such column; the first line must name ${required.join(', ')} (found ${header.slice(0, 10).join(', ')})`,
    );
  return [...required, ...optional].map((name) => names.indexOf(name));
}

/** Cells of a line; quotes as in RFC 4180, except that no cell holds a line break. */
function cellsOf(text: string): string[] {
  if (!text.includes('"')) return text.split(',').map((cell) => cell.trim());
  const cells = text.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g);
  return [...cells].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? (bare ?? '').trim());
}
