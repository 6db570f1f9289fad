import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALLOWED = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Unlicense'],
  ...['PSF-2.0', 'MPL-2.0', 'SEE LICENSE IN README.md AND LICENSE'],
]);
/** These licences were read for the package that has them, and hold for no other. */
const ONLY_FOR: Record<string, RegExp> = {
  'PSF-2.0': /^argparse$/,
  'MPL-2.0': /^@resvg\//,
  'SEE LICENSE IN README.md AND LICENSE': /^dejavu-fonts-ttf$/,
};
const LARGEST = 30;

type Package = { path: string; name: string; license: string };
type Locked = { dev?: boolean; link?: boolean; license?: string };

/** What production installs, by the lock file; the licence is what the installed package says itself, where it is installed here. */
function packages(): Package[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(lock.packages).flatMap(([path, { dev, link, license }]) =>
    !path.startsWith('node_modules/') || dev || link
      ? []
      : [{ path, name: path.replace(/^.*node_modules\//, ''), license: licenceOf(path) ?? license ?? 'none' }],
  );
}

function licenceOf(path: string): string | null {
  const file = join(ROOT, path, 'package.json');
  if (!existsSync(file)) return null;
  const said = JSON.parse(readFileSync(file, 'utf8')) as { license?: string | { type?: string } };
  return (typeof said.license === 'string' ? said.license : said.license?.type) ?? null;
}

/** Whether one of the choices that it leaves is allowed: `(MIT OR CC0-1.0)`. */
function isAllowed({ name, license }: Package): boolean {
  return license
    .replace(/^\(|\)$/g, '')
    .split(' OR ')
    .some((one) => ALLOWED.has(one) && (ONLY_FOR[one]?.test(name) ?? true));
}

/** What each folder of node_modules holds, in KiB, as `du` tells of Linux and macOS alike. */
function sizes(): Map<string, number> {
  const lines = execFileSync('du', ['-k', '-d', '2', 'node_modules'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n');
  return new Map(
    lines.map((line) => {
      const [kib = '', path = ''] = line.split('\t');
      return [path, Number(kib)];
    }),
  );
}

it('every package that production installs has a licence that was read and allowed', () => {
  const all = packages();
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((one) => !isAllowed(one)).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

it.each([
  ['somebody', 'GPL-3.0'],
  ['somebody', 'MPL-2.0'],
  ['somebody', 'none'],
  ['somebody', '(GPL-2.0 OR AGPL-3.0)'],
])('%s under %s would not be allowed', (name, license) => {
  expect(isAllowed({ path: '', name, license })).toBe(false);
});

it('says what each of our own and the thirty largest packages is for, and speaks of none that is gone', () => {
  const page = readFileSync(join(ROOT, 'docs/packages.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (?!package|---)/.test(line));
  const named = new Set(rows.flatMap((row) => (row.split('|')[1] ?? '').split(',').map((name) => name.trim())));
  const all = packages();
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
  const kib = sizes();
  const largest = all
    .flatMap(({ path, name }) => (kib.has(path) ? [{ name, size: kib.get(path) ?? 0 }] : []))
    .sort((a, b) => b.size - a.size)
    .slice(0, LARGEST)
    .map(({ name }) => name);
  expect(largest).toHaveLength(LARGEST);
  const wanted = [...Object.keys(dependencies), ...largest];
  expect(wanted.filter((name) => !named.has(name) && !name.startsWith('@resvg/resvg-js-'))).toEqual([]);
  const known = new Set(all.map(({ name }) => name));
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});
