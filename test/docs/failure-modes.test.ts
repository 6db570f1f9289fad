import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const rows = readFileSync(`${ROOT}docs/failure-modes.md`, 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!what happens)/.test(line));

it('the page of bad days has a row for each that was thought of', () => {
  expect(rows.length).toBeGreaterThan(30);
});

it.each(rows)('%s', (row) => {
  const [, file = '', name = ''] = /`(test\/[\w./-]+)` "(.+)" \|$/.exec(row) ?? [];
  expect(existsSync(`${ROOT}${file}`), `${file} is there`).toBe(true);
  expect(readFileSync(`${ROOT}${file}`, 'utf8')).toContain(name);
});
