import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreFile } from '../../src/cli/score-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-score-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const START = Date.UTC(2026, 0, 5);
const stamp = (i: number) => new Date(START + i * 300_000).toISOString().slice(0, 19).replace('T', ' ');

async function scored(lines: string[]): Promise<{ result: Awaited<ReturnType<typeof scoreFile>>; rows: string[] }> {
  const [source, out] = [join(folder, 'in.csv'), join(folder, 'out.csv')];
  await writeFile(source, lines.join('\n'));
  const result = await scoreFile(source, out);
  return { result, rows: (await readFile(out, 'utf8')).trimEnd().split('\n') };
}

describe('scoring a file', () => {
  it('gives every point a score in [0,1], and alarms at what stands out', async () => {
    const lines = Array.from(
      { length: 2_000 },
      (_, i) => `${stamp(i)},${i === 1_500 ? 900 : 10 + Math.sin(i / 45) + (i % 7) / 10}`,
    );
    const { result, rows } = await scored(['timestamp,value', ...lines]);
    expect(result).toMatchObject({ points: 2_000, unreadable: 0 });
    expect(result.alarms).toContain(stamp(1_500));
    expect(rows[0]).toBe('timestamp,anomaly_score');
    expect(rows).toHaveLength(2_001);
    for (const row of rows.slice(1)) expect(Number(row.split(',')[1])).toBeLessThanOrEqual(1);
  });

  it('looks at nothing that is yet to come', async () => {
    const lines = Array.from({ length: 600 }, (_, i) => `${START / 1000 + i * 300},${(i * 37) % 11}`);
    const half = await scored(lines.slice(0, 300));
    const whole = await scored(lines);
    expect(whole.rows.slice(0, half.rows.length)).toEqual(half.rows);
  });

  it('takes gaps and counts what it can not read', async () => {
    const { result } = await scored([
      'timestamp,value',
      `${stamp(0)},1`,
      `${stamp(1)},`,
      'yesterday,3',
      `"${stamp(2)}","2"`,
    ]);
    expect(result).toMatchObject({ points: 3, unreadable: 1 });
  });

  it('rejects when there is no such file', async () => {
    await expect(scoreFile(join(folder, 'none.csv'), join(folder, 'out.csv'))).rejects.toThrow('none.csv');
  });
});
