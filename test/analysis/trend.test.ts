import { describe, expect, it } from 'vitest';
import { prng } from '../../src/analysis/prng.ts';
import { steadyTrend, timeToLimitMs, timeToTargetMs } from '../../src/analysis/trend.ts';
import { endingAt } from './made-up-series.ts';

const NOW = Date.UTC(2026, 0, 20, 12);
const MINUTE_MS = 60_000;
const hour = (shape: (minute: number, noise: number) => number, seed = 1) => {
  const random = prng(seed);
  return endingAt(
    NOW,
    Array.from({ length: 60 }, (_, minute) => shape(minute, random() - 0.5)),
  );
};

describe('time to the limit', () => {
  it('foretells when a noisy leak is full, within a tenth', () => {
    const leak = hour((minute, noise) => 0.4 + 0.005 * minute + 0.01 * noise);
    const left = timeToLimitMs(leak, 1, NOW);
    const truth = ((1 - (0.4 + 0.005 * 59)) / 0.005) * MINUTE_MS;
    expect(left!.ms).toBeGreaterThan(0.9 * truth);
    expect(left!.ms).toBeLessThan(1.1 * truth);
    expect(left!.confidence).toBeGreaterThan(0.7);
  });

  it('sees no leak in noise, in a constant, in a fall, in a wave or in too little', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(
        timeToLimitMs(
          hour((_, noise) => 0.5 + 0.1 * noise, seed),
          1,
          NOW,
        ),
      ).toBeNull();
    expect(
      timeToLimitMs(
        hour(() => 0.5),
        1,
        NOW,
      ),
    ).toBeNull();
    expect(
      timeToLimitMs(
        hour((minute) => 0.9 - 0.005 * minute),
        1,
        NOW,
      ),
    ).toBeNull();
    expect(
      timeToLimitMs(
        hour((minute) => 0.5 + 0.1 * Math.sin(minute / 5)),
        1,
        NOW,
      ),
    ).toBeNull();
    expect(timeToLimitMs(endingAt(NOW, [0.1, 0.2, 0.3]), 1, NOW)).toBeNull();
  });

  it('sees no leak in a warm-up that levels out', () => {
    expect(
      timeToLimitMs(
        hour((minute, noise) => 0.6 * (1 - Math.exp(-minute / 8)) + 0.005 * noise),
        1,
        NOW,
      ),
    ).toBeNull();
  });

  it('counts from the last restart only', () => {
    const restarted = hour((minute, noise) => (minute < 30 ? 0.9 : 0.2 + 0.01 * (minute - 30)) + 0.004 * noise);
    const left = timeToLimitMs(restarted, 1, NOW);
    expect(left!.ms / MINUTE_MS).toBeGreaterThan(45);
    expect(left!.ms / MINUTE_MS).toBeLessThan(57);
  });

  it('is zero at the limit, and surer of the near than of the far', () => {
    expect(
      timeToLimitMs(
        hour((minute) => 0.5 + 0.01 * minute),
        1,
        NOW,
      )!.ms,
    ).toBe(0);
    const near = timeToLimitMs(
      hour((minute, noise) => 0.6 + 0.005 * minute + 0.002 * noise),
      1,
      NOW,
    );
    const far = timeToLimitMs(
      hour((minute, noise) => 0.1 + 0.0005 * minute + 0.0002 * noise),
      1,
      NOW,
    );
    expect(near!.confidence).toBeGreaterThan(far!.confidence);
  });

  it('skips gaps', () => {
    const leak = hour((minute) => (minute % 3 === 0 ? Number.NaN : 0.4 + 0.005 * minute));
    expect(timeToLimitMs(leak, 1, NOW)!.confidence).toBeGreaterThan(0.7);
    expect(steadyTrend(leak)!.agreement).toBe(1);
  });
});

describe('the time to a target, from what is usual', () => {
  const usual = () => 0.45;
  const from = (values: number[]) => endingAt(NOW, [...Array.from({ length: 50 }, () => 0.44), ...values]);

  it('goes by the pace since it left what is usual', () => {
    const left = timeToTargetMs(from([0.47, 0.5, 0.53, 0.56]), 1, usual);
    expect(left! / MINUTE_MS).toBeGreaterThan(13);
    expect(left! / MINUTE_MS).toBeLessThan(17);
  });

  it('is not told of a jump, of what wavers, of a fall, or of the first points', () => {
    expect(timeToTargetMs(from([0.8, 0.81, 0.8, 0.82]), 1, usual)).toBeNull();
    expect(timeToTargetMs(from([0.5, 0.47, 0.52, 0.46, 0.5]), 1, usual)).toBeNull();
    expect(timeToTargetMs(from([0.47, 0.5]), 1, usual)).toBeNull();
    expect(timeToTargetMs(endingAt(NOW, [0.9, 0.8, 0.7, 0.6]), 1, usual)).toBeNull();
  });
});
