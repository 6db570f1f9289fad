import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/game-day/pace.ts';

const after = (start: number, answers: number[]) => {
  const pace = createPace(start);
  const told = answers.map((ms) => pace.answered(ms)).filter((speed) => speed !== null);
  return { told, speed: pace.speed() };
};

describe('the pace of a game day', () => {
  it('stays while answers are quick, and when now and then one is not', () => {
    expect(after(60, [5, 8, 900, 6, 7, 5, 900, 9, 12])).toEqual({ told: [], speed: 60 });
  });

  it('halves when answers take long, for what is measured at the new speed too', () => {
    expect(after(60, Array(5).fill(90))).toEqual({ told: [30], speed: 30 });
    expect(after(60, Array(20).fill(90))).toEqual({ told: [30], speed: 30 });
    expect(after(60, Array(20).fill(180))).toEqual({ told: [30, 15], speed: 15 });
  });

  it('never stands still', () => {
    expect(after(60, Array(60).fill(30_000)).speed).toBe(5);
  });
});
