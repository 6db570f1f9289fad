import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { streamScorer } from '../analysis/streaming-score.ts';
import { instantOf } from './instant-of.ts';

/** What was scored; `alarms` are the instants (as written) whose score reaches 0.5. */
export type ScoredFile = { points: number; unreadable: number; alarms: string[] };

const ALARM = 0.5;
const MOST_ALARMS = 1_000;

/**
 * Scores a CSV of `timestamp,value` line by line, strictly streaming, and writes `timestamp,anomaly_score` with scores in [0,1].
 * Timestamps are epoch seconds or milliseconds, or dates (without a zone: UTC). Lines that can't be read are counted; rejects when the file can't be.
 */
export async function scoreFile(path: string, out: string | null): Promise<ScoredFile> {
  const score = streamScorer();
  const target = out === null ? process.stdout : createWriteStream(out);
  const result: ScoredFile = { points: 0, unreadable: 0, alarms: [] };
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (line === 1) target.write('timestamp,anomaly_score\n');
    const [stamp = '', value = ''] = text.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const at = instantOf(stamp);
    if (Number.isNaN(at)) {
      if (line > 1 && text.trim() !== '') result.unreadable += 1;
      continue;
    }
    const scored = score(at, value === '' ? Number.NaN : Number(value));
    result.points += 1;
    if (scored >= ALARM && result.alarms.length < MOST_ALARMS) result.alarms.push(stamp);
    if (!target.write(`${stamp},${scored.toFixed(6)}\n`)) await once(target, 'drain');
  }
  if (out !== null) {
    target.end();
    await finished(target);
  }
  return result;
}
