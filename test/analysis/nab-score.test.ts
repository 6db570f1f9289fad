import { describe, expect, it } from 'vitest';
import { bestThreshold, probation, type Scored, scaledSigmoid, scoreCorpus, scoreFile } from '../bench/nab/score.ts';

const STANDARD = { tpWeight: 1, fnWeight: 1, fpWeight: 0.11 };
const WINDOWS = [
  { first: 400, last: 499 },
  { first: 800, last: 899 },
];
const silent = (): Scored => ({ name: 'a', scores: new Float64Array(1000), windows: WINDOWS });
const alarmsAt = (...points: number[]): Scored => {
  const file = silent();
  for (const point of points) file.scores[point] = 1;
  return file;
};

describe("NAB's score", () => {
  it('is 0 for silence and 100 for an alarm at the first point of each window', () => {
    expect(scoreCorpus([silent()], 0.5, STANDARD)).toBe(0);
    expect(scoreCorpus([alarmsAt(400, 800)], 0.5, STANDARD)).toBeCloseTo(100, 10);
  });

  it('gives nearly nothing beyond the miss for the last point of a window', () => {
    const result = scoreFile(alarmsAt(499, 899), 0.5, STANDARD);
    expect(result.detected).toBe(2);
    expect(result.raw).toBeCloseTo((2 * scaledSigmoid(-0.01)) / scaledSigmoid(-1), 10);
  });

  it('counts only the first alarm of a window', () => {
    expect(scoreFile(alarmsAt(450, 460, 470, 800), 0.5, STANDARD).raw).toBe(
      scoreFile(alarmsAt(450, 800), 0.5, STANDARD).raw,
    );
  });

  it('charges the full weight for an alarm before any window and less just behind one', () => {
    const before = scoreFile(alarmsAt(300, 400, 800), 0.5, STANDARD);
    expect(before.raw).toBeCloseTo(2 - 0.11, 10);
    const behind = scoreFile(alarmsAt(400, 509, 800), 0.5, STANDARD);
    expect(behind.raw).toBeCloseTo(2 + 0.11 * scaledSigmoid(10 / 99), 10);
    expect(behind.raw).toBeGreaterThan(before.raw);
  });

  it('counts neighbouring false alarms as one run', () => {
    const result = scoreFile(alarmsAt(600, 601, 602, 700), 0.5, STANDARD);
    expect(result.falseAlarms).toBe(4);
    expect(result.falseRuns).toBe(2);
  });

  it('leaves the first 15 percent out, at most 750 points', () => {
    expect(probation(1000)).toBe(150);
    expect(probation(22_000)).toBe(750);
    expect(scoreFile(alarmsAt(10, 149), 0.5, STANDARD).falseAlarms).toBe(0);
  });

  it('finds the threshold that keeps the hits and drops the noise', () => {
    const file = alarmsAt(400, 800);
    for (let i = 150; i < 400; i++) file.scores[i] = 0.4;
    const best = bestThreshold([file], STANDARD);
    expect(best.threshold).toBe(1);
    expect(best.standard).toBeCloseTo(100, 10);
  });
});
