import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Rows of a gzipped CSV by column name; cells may be quoted, with doubled quotes and line breaks inside. */
export function readCsv(path: string): { head: string[]; rows: string[][] } {
  const rows = parse(gunzipSync(readFileSync(path)).toString('utf8'));
  return { head: rows[0] ?? [], rows: rows.slice(1) };
}

function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { cell, next } = text[at] === '"' ? quoted(text, at) : bare(text, at);
    row.push(cell);
    if (text[next] === ',') {
      at = next + 1;
      continue;
    }
    rows.push(row);
    row = [];
    at = text[next] === '\r' ? next + 2 : next + 1;
  }
  return rows;
}

function bare(text: string, from: number): { cell: string; next: number } {
  let next = from;
  while (next < text.length && text[next] !== ',' && text[next] !== '\n' && text[next] !== '\r') next += 1;
  return { cell: text.slice(from, next), next };
}

function quoted(text: string, from: number): { cell: string; next: number } {
  let end = from + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return { cell: text.slice(from + 1), next: text.length };
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  return { cell: text.slice(from + 1, end).replaceAll('""', '"'), next: end + 1 };
}
