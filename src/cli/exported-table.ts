import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, type InfoRecord, parse } from 'csv-parse';

/** What is wrong with a file, a line each, with file, line and field; bounded. */
export class ExportErrors extends Error {
  override readonly name = 'ExportErrors';
}

/** How far reading is, in bytes. */
export type Progress = (file: string, read: number, size: number) => void;
/** `line`: where the row ends in the file. */
export type TableRow = { line: number; cells: string[] };
export type Table = {
  file: string;
  /** Says what is wrong with a field of a line. Throws once there is too much to list. */
  complain(line: number, field: string, message: string): void;
};

type Parsed = { record: string[]; info: InfoRecord };

/** As spreadsheets and scripts write it: RFC 4180, with or without a byte-order mark, ragged rows and quotes within a cell allowed. A quote that never ends doesn't take the rest of the file into memory. */
const SHAPE = {
  bom: true,
  trim: true,
  info: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  max_record_size: 1024 * 1024,
} as const;
const MOST_ERRORS = 20;
const PROGRESS_EVERY = 50_000;

/**
 * Reads a CSV with a header row by row, however large; `take` gets each row's cells in the order of `columns` (other columns are
 * left out, optional ones are '' when absent). Rejects with all that is wrong, at most 20 lines of it.
 */
export async function readTable(
  file: string,
  columns: { required: string[]; optional?: string[] },
  take: (row: TableRow, table: Table) => void,
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
  let rows = 0;
  try {
    for await (const { record, info } of input.pipe(parse(SHAPE)) as AsyncIterable<Parsed>) {
      rows += 1;
      if (rows % PROGRESS_EVERY === 0) progress(file, input.bytesRead, size);
      if (record.length === 1 && record[0] === '') continue;
      if (places) take({ line: info.lines, cells: places.map((place) => record[place] ?? '') }, table);
      else places = placesOf(record, columns, file, info.lines);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ExportErrors([...errors, `${file} line ${error.lines ?? rows + 1}: ${error.message}`].join('\n'));
  } finally {
    input.destroy();
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
  const names = header.map((name) => name.toLowerCase());
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new ExportErrors(
      `${file} line ${line}: ${missing.join(', ')}: no such column; the first line must name ${required.join(', ')} (found ${header.slice(0, 10).join(', ')})`,
    );
  return [...required, ...optional].map((name) => names.indexOf(name));
}
