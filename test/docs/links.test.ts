import { access, glob, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** A map that points to what isn't there any more is worse than none. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAMED = /(?<![\w./-])(?:src|test|docs|scripts|sandbox|commands)\/[a-z0-9_./-]+\.(?:ts|md|lua|mjs)\b/g;
const LINK = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g;

async function documents(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(['*.md', 'docs/**/*.md', 'sandbox/*.md'], { cwd: ROOT })) found.push(join(ROOT, file));
  return found.sort();
}

it('every file that a document links to is there', async () => {
  const files = await documents();
  expect(files.length).toBeGreaterThan(10);
  const broken: string[] = [];
  for (const file of files)
    for (const [, target = ''] of (await readFile(file, 'utf8')).matchAll(LINK))
      await access(join(dirname(file), target)).catch(() => broken.push(`${relative(ROOT, file)}: ${target}`));
  expect(broken).toEqual([]);
});

it('every file that code or a document names by its path is there', async () => {
  const broken: string[] = [];
  const texts = [
    '{src,commands,sandbox,scripts/check,scripts/generate}/**/*.{ts,mjs}',
    '*.{md,mjs,jsonc}',
    'docs/**/*.md',
  ];
  for await (const file of glob(texts, { cwd: ROOT }))
    for (const [path] of (await readFile(join(ROOT, file), 'utf8')).matchAll(NAMED))
      await access(join(ROOT, path)).catch(() => broken.push(`${file}: ${path}`));
  expect(broken).toEqual([]);
});

it('every folder of the source is on the map, and every folder of tests mirrors one or is explained', async () => {
  const map = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8');
  const guide = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const folders = async (path: string) =>
    (await readdir(join(ROOT, path), { withFileTypes: true }))
      .filter((one) => one.isDirectory())
      .map(({ name }) => name);
  const ours = await folders('src');
  expect(ours.filter((name) => !map.includes(`${name}/`) && !map.includes(`src/${name}`))).toEqual([]);
  const beside = ['commands', 'sandbox', 'scripts'];
  const tests = (await folders('test')).filter((name) => ![...ours, ...beside].includes(name));
  expect(tests.filter((name) => !guide.includes(`test/${name}`))).toEqual([]);
});

it('every law has a test that holds it', async () => {
  const laws = await readFile(join(ROOT, 'docs/laws.md'), 'utf8');
  const rows = [...laws.matchAll(/^\| (\d+) \| .* \| (.*) \|$/gm)].map(([, number, tests = '']) => [
    Number(number),
    [...tests.matchAll(LINK)].length > 0,
  ]);
  expect(rows).toEqual(Array.from({ length: 13 }, (_, index) => [index + 1, true]));
});

it('every case that was once wrong names a test that is there', async () => {
  const laws = await readFile(join(ROOT, 'docs/laws.md'), 'utf8');
  const rows = [...laws.matchAll(/^\| [A-Z]+\d? \| .* \| \[[^\]]+\]\(([^)]+)\): (.*) \|$/gm)];
  expect(rows.length).toBeGreaterThan(50);
  const missing: string[] = [];
  for (const [, file = '', title = ''] of rows) {
    const text = await readFile(join(ROOT, 'docs', file), 'utf8');
    if (!text.includes(title) && !text.includes(title.replaceAll("'", "\\'"))) missing.push(`${file}: ${title}`);
  }
  expect(missing).toEqual([]);
});
