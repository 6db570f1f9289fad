import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExportErrors, readTable, type TableRow } from '../../src/cli/exported-table.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-table-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(
  text: string,
  columns = { required: ['service', 'value'], optional: ['note'] },
): Promise<TableRow[]> {
  const file = join(folder, `${++files}.csv`);
  await writeFile(file, text);
  const rows: TableRow[] = [];
  await readTable(file, columns, (row) => rows.push(row));
  return rows;
}
const refused = (text: string) => rowsOf(text).catch((error: unknown) => error as Error);

describe('a table', () => {
  it('is read as spreadsheets write it: byte-order mark, CRLF, quotes, commas and line breaks within a cell', async () => {
    const text = '\uFEFFService,NOTE,value\r\n"pay,api","said ""no""\ntwice",1\r\n\r\n cart , plain , 2 \r\n';
    expect(await rowsOf(text)).toEqual([
      { line: 3, cells: ['pay,api', '1', 'said "no"\ntwice'] },
      { line: 5, cells: ['cart', '2', 'plain'] },
    ]);
  });

  it('may have ragged rows, blank ones, a quote within a cell, and no column that is optional', async () => {
    expect(await rowsOf('value,service\n1\n   \n2,5" disk,more,still more\n')).toEqual([
      { line: 2, cells: ['', '1', ''] },
      { line: 4, cells: ['5" disk', '2', ''] },
    ]);
  });

  it('says which line it can’t make out, and doesn’t read on for a quote that never ends', async () => {
    expect(await refused('service,value\na,1\n"b,2\n')).toMatchObject({
      name: 'ExportErrors',
      message: expect.stringMatching(/\d+\.csv line \d+: .*quote/i),
    });
    const endless = await refused(`service,value\n"${'x\n'.repeat(2_000_000)}`);
    expect(endless).toBeInstanceOf(ExportErrors);
    expect((endless as Error).message.length).toBeLessThan(500);
  });

  it('says what its first line must be', async () => {
    expect(await refused('')).toMatchObject({ message: expect.stringContaining('is empty') });
    expect(await refused('a,b\n1,2\n')).toMatchObject({ message: expect.stringContaining('service, value: no such') });
  });
});
