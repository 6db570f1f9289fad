import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARSERS } from './fuzz/parsers.ts';
import { createSource } from './fuzz/texts.ts';

/**
 * Every parser at the border on texts that nobody would write: mutations of a corpus that grows, deep nestings, halves of characters. No input may throw, take
 * over a second or make the process grow. What did is kept in the corpus and tried first the next time.
 */

const WANTED = Number(process.env.FUZZ_INPUTS ?? 1_000_000);
const SLOW_MS = 1_000;
const MOST_KEPT = 200;
const folder = new URL('fuzz/corpus/', import.meta.url).pathname;

type Kept = { parser: string; text: string };

export const about = 'made-up input for every parser at the border';

export async function run(): Promise<Record<string, unknown>> {
  const kept = corpus();
  const source = createSource(Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000), kept);
  const figures = { inputs: 0, crashed: 0, slow: 0, slowest_ms: 0, slowest: '' };
  const attempt = (parser: string, text: string) => {
    figures.inputs += 1;
    const began = performance.now();
    const fault = faultOf(parser, text);
    const ms = performance.now() - began;
    if (ms > figures.slowest_ms) Object.assign(figures, { slowest_ms: Math.round(ms), slowest: parser });
    // Once more: what else runs on the machine may have held it up.
    const slow = ms > SLOW_MS && timeOf(parser, text) > SLOW_MS;
    if (fault !== null) figures.crashed += 1;
    if (slow) figures.slow += 1;
    if (fault !== null || slow) keep({ parser, text }, fault ?? 'slow', kept);
  };
  for (const { parser, text } of kept) attempt(parser, text);
  const names = Object.keys(PARSERS);
  let early = 0;
  while (figures.inputs < WANTED) {
    attempt(names[figures.inputs % names.length]!, source.next());
    if (figures.inputs === Math.floor(WANTED / 4)) early = heapMb();
    if (figures.inputs % 100_000 === 0) {
      console.error(`fuzz: ${figures.inputs} inputs, ${figures.crashed} crashed, ${figures.slow} slow`);
      await new Promise(setImmediate);
    }
  }
  return { ...figures, parsers: names.length, grown_mb: Math.round(heapMb() - early) };
}

function faultOf(parser: string, text: string): string | null {
  try {
    PARSERS[parser]?.(text);
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : String(error);
  }
}

function timeOf(parser: string, text: string): number {
  const began = performance.now();
  faultOf(parser, text);
  return performance.now() - began;
}

function heapMb(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function corpus(): Kept[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Kept);
}

function keep(one: Kept, why: string, known: Kept[]): void {
  if (known.length >= MOST_KEPT) return;
  console.error(`fuzz: ${one.parser}: ${why}`);
  known.push(one);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${one.parser}-${known.length}.json`), `${JSON.stringify(one)}\n`);
}
