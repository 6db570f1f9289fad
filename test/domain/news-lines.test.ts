import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../src/domain/incident.ts';
import { comesAndGoes, linesThatStand, newsLines } from '../../src/domain/news-lines.ts';

const line = (type: TimelineEntry['type'], message: string, to: TimelineEntry['to'] = 'watching'): TimelineEntry => ({
  at: 0,
  type,
  message,
  by: null,
  from: 'noticed',
  to,
});
const slow = (p99: string) => line('diagnosed', `api is slow: p99 ${p99}. Watching: INC-1 is about the same cause`);

describe('what a thread is told of the timeline', () => {
  it('leaves out that it looked again and found the same with other numbers', () => {
    const lines = [slow('9.7 s'), line('watch_ended', 'Looking again'), slow('980 ms'), line('alerts', '1 firing')];
    expect(newsLines([], lines)).toEqual([lines[0], lines[3]]);
    expect(newsLines([slow('2 s')], lines)).toEqual([lines[3]]);
  });

  const flap = (index: number, at: number, to: TimelineEntry['to'] = 'noticed') => ({
    ...line('alerts', index % 2 === 0 ? '1 firing, 0 resolved: Slow' : '0 firing, 1 resolved: Slow', to),
    at,
  });
  const hundred = Array.from({ length: 100 }, (_, index) => flap(index, index * 1_000));

  it('gathers an alert that comes and goes a hundred times in a hundred seconds in one line, and tells again what follows from it', () => {
    expect(newsLines([], hundred)).toEqual(hundred.slice(0, 1));
    expect(newsLines(hundred.slice(0, 50), hundred.slice(50))).toEqual([]);
    const later = [flap(0, 500_000), { ...flap(1, 501_000), to: 'closed' as const }];
    expect(newsLines(hundred, later)).toEqual(later);
    const other = { ...line('alerts', '1 firing, 0 resolved: Full', 'noticed'), at: 100_000 };
    expect(newsLines(hundred, [other])).toEqual([other]);
    expect([comesAndGoes(hundred), comesAndGoes(hundred.slice(0, 3))]).toEqual([100, 0]);
  });

  it('is one line too where each change is looked at as it comes, and what stands is told', () => {
    const told: TimelineEntry[] = [];
    let threaded = 0;
    const look = (upTo: number, now: number) => {
      const lines = hundred.slice(threaded, upTo);
      const { count, until } = linesThatStand(hundred.slice(0, threaded), lines, now);
      told.push(...newsLines(hundred.slice(0, threaded), lines.slice(0, count)));
      threaded += count;
      return until;
    };
    expect([look(1, 0), look(2, 1_000)]).toEqual([null, 21_000]);
    for (let second = 2; second < 100; second++) look(second + 1, second * 1_000);
    expect(told).toEqual([hundred[0]]);

    told.length = 0;
    threaded = 0;
    look(2, 1_000);
    expect(look(2, 21_000)).toBeNull();
    expect(told).toEqual(hundred.slice(0, 2));
  });

  it('keeps nothing back that a person would act on', () => {
    const asked = { ...line('diagnosed', 'Approval wanted', 'awaiting_approval'), at: 1_500 };
    const lines = [flap(1, 1_000), asked];
    expect(linesThatStand([flap(0, 0)], lines, 2_000)).toEqual({ count: 2, until: null });
    expect(newsLines([flap(0, 0)], lines)).toEqual(lines);
  });

  it('tells another conclusion, another incident in it, and the same one with another consequence', () => {
    const other = line('diagnosed', 'api is slow: p99 2 s. Watching: INC-2 is about the same cause');
    const person = { ...slow('9.7 s'), to: 'escalated' as const };
    expect(newsLines([slow('9.7 s')], [other, person, slow('9 s')])).toHaveLength(3);
  });

  it('tells two conclusions that take turns once each, again after a while, and at once where something was asked between them', () => {
    const at = (minutes: number, one: TimelineEntry) => ({ ...one, at: minutes * 60_000 });
    const unnamed = line('diagnosed', 'api is slow: p99 2 s. Watching: no cause is likely');
    const turns = [0, 1, 2, 3].map((minute) => at(minute, minute % 2 === 0 ? slow('2 s') : unnamed));
    expect(newsLines([], turns)).toEqual(turns.slice(0, 2));
    expect(newsLines(turns, [at(20, slow('3 s'))])).toHaveLength(1);
    expect(newsLines(turns, [at(4, line('rejected', 'Rejected', 'escalated')), at(5, slow('3 s'))])).toHaveLength(2);
  });

  it('tells everything else as often as it happens', () => {
    const twice = [line('repage_due', 'Nobody acknowledged'), line('repage_due', 'Nobody acknowledged')];
    expect(newsLines(twice, twice)).toEqual(twice);
  });
});
