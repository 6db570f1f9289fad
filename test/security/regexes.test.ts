import { globSync, readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';
import { describe, expect, it } from 'vitest';
import { foldStack, maskLine } from '../../src/analysis/log-mask.ts';
import { maskText } from '../../src/domain/mask-text.ts';

/**
 * Every regular expression of the app is measured on texts that are made to be hard for it: its own words and characters, alone and in pairs, again and
 * again. Four times the text may take four times as long, and not sixteen.
 */
const SIZES = [500, 2_000, 8_000] as const;
/** Four times the size: linear is 4, quadratic 16, cubic 64. */
const MOST = 9;
/** Below it a clock shows nothing but itself, and even a quadratic expression hurts nobody. */
const FLOOR_MS = 0.3;
/** Worse than this needs no longer text to be known, and would take minutes on one. Only what takes its time on the short text already can be so. */
const SURE = 24;

type Literal = { file: string; source: string; flags: string };

const root = new URL('../..', import.meta.url).pathname;
const files = globSync(['src/**/*.ts', 'commands/**/*.ts'], { cwd: root }).sort();
const literals = new Map<string, Literal>();
const made = new Set<string>();
for (const file of files) collect(file, readFileSync(`${root}${file}`, 'utf8'));

function collect(file: string, text: string): void {
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags, callee } = node as Record<string, unknown>;
    if (type === 'RegExpLiteral')
      literals.set(`/${pattern}/${flags}`, { file, source: String(pattern), flags: String(flags) });
    if (type === 'NewExpression' && (callee as { value?: string }).value === 'RegExp') made.add(file);
    for (const part of Object.values(node)) walk(part);
  };
  walk(parseSync(text, { syntax: 'typescript', target: 'es2022' }));
}

/** Words and marks that the expression names, and one of each kind that its classes may hold. */
function piecesOf({ source }: Literal): string[] {
  const plain = source
    .replace(/\\[pP]\{[^}]*\}/g, 'a')
    .replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\{\d+(,\d*)?\}/g, '')
    .replace(/\\[dDwWsSbB]/g, '')
    .replace(/\(\?(<?[=!]|:)/g, '(');
  const words = [...plain.matchAll(/[A-Za-z_]{3,}/g)].map(([word]) => word).slice(0, 8);
  const marks = [...new Set(plain.replace(/[A-Za-z0-9()|?*^$[\]]/g, ''))].slice(0, 7);
  return [...new Set([...words, ...marks, 'a', '0', ' ', '-', '"', '='])];
}

function hardTexts(pieces: string[]): string[] {
  return [...new Set(pieces.flatMap((left) => pieces.map((right) => (left === right ? left : left + right))))];
}

const repeated = (piece: string, length: number) =>
  `${piece.repeat(Math.ceil(length / piece.length)).slice(0, length)}\u0001`;

/** The best of a few tries: anything else that runs only makes one slower. */
function timeOf(run: (text: string) => unknown, text: string, tries: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < tries; turn += 1) {
    const began = performance.now();
    run(text);
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** How much longer four times the text takes, on the hardest of the texts. */
function growth(run: (text: string) => unknown, pieces: string[]): { ratio: number; piece: string } {
  let worst = { ratio: 0, piece: '' };
  for (const piece of hardTexts(pieces)) {
    const [small, middle, large] = SIZES.map((size) => repeated(piece, size)) as [string, string, string];
    if (timeOf(run, small, 1) > FLOOR_MS) {
      const early = timeOf(run, middle, 2) / timeOf(run, small, 5);
      if (early > SURE && timeOf(run, middle, 2) > FLOOR_MS) return { ratio: early, piece };
    }
    if (timeOf(run, large, 1) < FLOOR_MS) continue;
    // What else runs may lengthen one of the two; three times in a row it doesn't.
    let ratio = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 3 && ratio >= MOST; turn += 1)
      ratio = Math.min(ratio, timeOf(run, large, 4) / timeOf(run, middle, 9));
    if (ratio > worst.ratio) worst = { ratio, piece };
  }
  return worst;
}

function runOf({ source, flags }: Literal): (text: string) => unknown {
  const regex = new RegExp(source, flags);
  return (text) => {
    regex.lastIndex = 0;
    return text.replace(regex, '');
  };
}

describe('regular expressions that see outside text', () => {
  it('are found, and those that are put together at run time are known by name', () => {
    expect(literals.size).toBeGreaterThan(150);
    expect([...made].sort()).toEqual(MADE);
  });

  it.each([
    ['(\\d+)(ms|s)', 'g'],
    ['["\']?[\\w.-]*(?:passwd|token)[\\w.-]*["\']?\\s*[=:]', 'gi'],
  ])('would be noticed if one was like /%s/', { retry: 3 }, (source, flags) => {
    const literal = { file: '', source, flags };
    expect(growth(runOf(literal), piecesOf(literal)).ratio).toBeGreaterThan(MOST);
  });

  const byFile = Map.groupBy(literals.values(), (one) => one.file);
  it.each([...byFile.keys()])('%s: time grows with the text and no faster', { timeout: 120_000 }, (file) => {
    for (const one of byFile.get(file) ?? []) {
      const { ratio, piece } = growth(runOf(one), piecesOf(one));
      expect(ratio, `/${one.source}/${one.flags} on ${JSON.stringify(piece)} again and again`).toBeLessThan(MOST);
    }
  });

  it('masking as a whole keeps to that, whatever the line', { timeout: 120_000 }, () => {
    const pieces = ['passwd.', 'token="', '\\"', "'\\", 'eyJ', 'a@', 'a-', '0.', '://', '{"a":"', 'msg="', ' ', '\n'];
    // A line is cut at 4,000 characters, so that what is compared are shorter ones.
    const run = (text: string) => [
      maskLine(text.slice(0, text.length / 4)),
      maskText(text.slice(0, text.length / 4), 200),
    ];
    const { ratio, piece } = growth((text) => [run(text), foldStack(text)], pieces);
    expect(ratio, `on ${JSON.stringify(piece)} again and again`).toBeLessThan(MOST);
  });
});

/** Each is put together from fixed parts, with nothing from outside in it. */
const MADE = [
  'src/actions/keptn/task-definition.ts',
  'src/adapters/redis/memory-use.ts',
  'src/adapters/redis/redis-settings.ts',
  'src/domain/pod-names.ts',
  'src/domain/snapshot/gather-workloads.ts',
];
