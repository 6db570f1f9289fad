import { describe, expect, test } from 'vitest';
import { learnSchedule } from '../../src/analysis/learned-schedule.ts';
import type { Series } from '../../src/analysis/series.ts';
import { wallClock } from '../../src/domain/wall-clock.ts';
import { DAY_MS, firstDays, madeUp, START, STEP_MS } from './made-up-series.ts';

const HOUR_MS = 3_600_000;
const options = { stepMs: STEP_MS, perReplica: 100, minReplicas: 2, maxReplicas: 20 };

/** Requests per second from what the clocks of a timezone show. */
function inZone(timezone: string, days: number, rate: (hour: number, weekday: number) => number, seed = 3): Series {
  const shown = wallClock(timezone);
  return madeUp(days, seed, (at, noise) => {
    const local = shown(at);
    return rate((local % DAY_MS) / HOUR_MS, new Date(local).getUTCDay()) * (1 + 0.02 * noise);
  });
}
const workday = (weekday: number) => weekday > 0 && weekday < 6;

function learned(series: Series, timezone: string, more: Partial<typeof options> & { now?: number } = {}) {
  const now = more.now ?? series.times.at(-1)! + STEP_MS;
  return learnSchedule(series, { ...options, now, timezone, ...more });
}
const brief = (windows: ReturnType<typeof learned>) =>
  windows?.map(({ start, end, desiredReplicas }) => [start, end, desiredReplicas]);

describe('office hours', () => {
  test('in India become one window in its own time, Monday to Friday', () => {
    const india = inZone('Asia/Kolkata', 21, (hour, day) => (workday(day) && hour >= 9 && hour < 21 ? 750 : 120));
    expect(learned(india, 'Asia/Kolkata')).toEqual([
      {
        timezone: 'Asia/Kolkata',
        start: '0 9 * * 1-5',
        end: '0 21 * * 1-5',
        desiredReplicas: 8,
        message: 'Mon–Fri 09:00–21:00 at 8 replicas',
      },
    ]);
  });

  test('in New York stay where they are when the clocks change', () => {
    const office = inZone('America/New_York', 80, (hour, day) => (workday(day) && hour >= 9 && hour < 18 ? 560 : 90));
    const change = Date.UTC(2026, 2, 8, 7);
    for (const now of [change - 3 * DAY_MS, change + 7 * DAY_MS, change + 14 * DAY_MS])
      expect(brief(learned(office, 'America/New_York', { now }))).toEqual([['0 9 * * 1-5', '0 18 * * 1-5', 6]]);
  });

  test('are found from two weeks with an outage and a flood', () => {
    const hurt = inZone('UTC', 14, (hour, day) => (workday(day) && hour >= 8 && hour < 17 ? 480 : 100));
    const values = hurt.values.map((value, i) => {
      const hours = (i * STEP_MS) / HOUR_MS;
      if (hours > 34 && hours < 38) return 0;
      return hours > 200 && hours < 203 ? 9 * value : value;
    });
    expect(brief(learned({ times: hurt.times, values }, 'UTC'))).toEqual([['0 8 * * 1-5', '0 17 * * 1-5', 5]]);
  });
});

test('an evening that passes midnight ends on the next day', () => {
  const evening = inZone('UTC', 21, (hour, day) => {
    const night = hour >= 20 ? day : hour < 2 ? (day + 6) % 7 : -1;
    return night === 5 || night === 6 ? 870 : 150;
  });
  expect(brief(learned(evening, 'UTC'))).toEqual([['0 20 * * 5-6', '0 2 * * 0,6', 9]]);
});

test('every day alike is said so', () => {
  const lunch = inZone('UTC', 14, (hour) => (hour >= 11 && hour < 14 ? 600 : 100));
  const [window] = learned(lunch, 'UTC')!;
  expect([window!.start, window!.end]).toEqual(['0 11 * * *', '0 14 * * *']);
  expect(window!.message).toBe('every day 11:00–14:00 at 6 replicas');
});

test('a day with two heights gets two windows, and no more', () => {
  const steps = inZone('UTC', 21, (hour) => (hour >= 8 && hour < 14 ? 470 : hour >= 14 && hour < 20 ? 1050 : 100));
  expect(brief(learned(steps, 'UTC'))).toEqual([
    ['0 8 * * *', '0 14 * * *', 5],
    ['0 14 * * *', '0 20 * * *', 11],
  ]);
});

test('a smooth day is explained by few windows', () => {
  const smooth = inZone('UTC', 21, (hour) => 700 + 500 * Math.sin(((hour - 9) / 24) * 2 * Math.PI));
  const windows = learned(smooth, 'UTC')!;
  expect(windows.length).toBeGreaterThan(0);
  expect(windows.length).toBeLessThanOrEqual(4);
});

test('replicas stay within what the autoscaler is allowed', () => {
  const huge = inZone('UTC', 14, (hour) => (hour > 8 && hour < 20 ? 9_000 : 20));
  expect(brief(learned(huge, 'UTC'))!.map(([, , replicas]) => replicas)).toEqual([20]);
});

describe('no schedule', () => {
  test('when the rate is the same all week, or too small to matter', () => {
    expect(
      learned(
        inZone('UTC', 21, () => 530),
        'UTC',
      ),
    ).toEqual([]);
    expect(
      learned(
        inZone('UTC', 21, (hour) => (hour > 9 && hour < 17 ? 150 : 20)),
        'UTC',
      ),
    ).toEqual([]);
  });

  test('when what happened was a single day', () => {
    const once = madeUp(
      21,
      3,
      (at, noise) => (at > START + 9 * DAY_MS && at < START + 10 * DAY_MS ? 900 : 150) + noise,
    );
    expect(learned(once, 'UTC')).toEqual([]);
  });

  test('is known from less than a week', () => {
    const short = firstDays(
      inZone('UTC', 21, (hour) => (hour > 9 && hour < 17 ? 800 : 20)),
      6,
    );
    expect(learned(short, 'UTC')).toBeNull();
  });
});
