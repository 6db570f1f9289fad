import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { prng } from '../../src/analysis/prng.ts';
import { streamScorer } from '../../src/analysis/streaming-score.ts';
import { type CorpusFile, readCorpus, standardProfile } from './nab/corpus.ts';
import { bestThreshold, type FileResult, normalised, type Profile, type Scored, scoreFile } from './nab/score.ts';

const RESAMPLES = 2000;

export const about = 'the Numenta benchmark of streams (--data, --out)';

/**
 * Bench `nab`: scores every file under `data`/data as a stream, writes `<out>/<category>/<file>.csv` (timestamp,anomaly_score),
 * and, where there are labels, NAB's standard profile: at the corpus's best threshold (as NAB reports it) and at 0.5, the
 * scorer's own alarm line; with a 90 % bootstrap interval over files.
 */
export async function run(args: { data?: string; out?: string }): Promise<Record<string, unknown>> {
  if (args.data === undefined) return { files: 0, missing: '--data with NAB’s data/ and labels/' };
  const corpus = readCorpus(args.data);
  const profile = standardProfile(args.data);
  const start = performance.now();
  const scored = corpus.map(scoreStream);
  const tookMs = performance.now() - start;
  if (args.out !== undefined) write(args.out, corpus, scored);
  const points = corpus.reduce((sum, file) => sum + file.values.length, 0);
  const figures = { files: corpus.length, points, us_per_point: round((1000 * tookMs) / points) };
  return corpus.some((file) => file.windows.length > 0) ? { ...figures, ...judged(scored, profile) } : figures;
}

export function scoreStream(file: Pick<CorpusFile, 'name' | 'times' | 'values' | 'windows'>): Scored {
  const score = streamScorer();
  const scores = file.values.map((value, i) => score(file.times[i]!, value));
  return { name: file.name, scores, windows: file.windows };
}

/** The figures of a scored corpus that has labels. */
export function judged(scored: Scored[], profile: Profile): Record<string, unknown> {
  const best = bestThreshold(scored, profile);
  const results = scored.map((file) => scoreFile(file, best.threshold, profile));
  const own = scored.map((file) => scoreFile(file, 0.5, profile));
  const [low, high] = bootstrap(results, profile);
  const sum = (of: (result: FileResult) => number) => results.reduce((total, result) => total + of(result), 0);
  return {
    standard: round(best.standard),
    threshold: best.threshold,
    interval90: [round(low), round(high)],
    standard_at_alarm_line: round(normalised(own, profile)),
    windows: sum((result) => result.windows),
    detected: sum((result) => result.detected),
    false_runs_per_file: round(sum((result) => result.falseRuns) / results.length),
  };
}

/** The 5 % and 95 % quantiles of the score over files drawn with replacement, with a fixed seed. */
function bootstrap(results: FileResult[], profile: Profile): [number, number] {
  const random = prng(1);
  const scores: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const drawn = results.map(() => results[Math.floor(random() * results.length)]!);
    const score = normalised(drawn, profile);
    if (Number.isFinite(score)) scores.push(score);
  }
  scores.sort((a, b) => a - b);
  return [scores[Math.floor(0.05 * scores.length)]!, scores[Math.floor(0.95 * scores.length)]!];
}

function write(out: string, corpus: CorpusFile[], scored: Scored[]): void {
  corpus.forEach((file, k) => {
    const path = join(out, file.name);
    mkdirSync(dirname(path), { recursive: true });
    const lines = file.stamps.map((stamp, i) => `${stamp},${scored[k]!.scores[i]!.toFixed(4)}`);
    writeFileSync(path, `timestamp,anomaly_score\n${lines.join('\n')}\n`);
  });
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
