import { describe, expect, it } from 'vitest';
import type { TimelineEntry } from '../../src/domain/incident.ts';
import { newsLines } from '../../src/domain/news-lines.ts';

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

  it('gathers an alert that comes and goes a hundred times in a hundred seconds, and tells again what follows from it', () => {
    const flap = (index: number, at: number, to: TimelineEntry['to'] = 'noticed') => ({
      ...line('alerts', index % 2 === 0 ? '1 firing, 0 resolved: Slow' : '0 firing, 1 resolved: Slow', to),
      at,
    });
    const hundred = Array.from({ length: 100 }, (_, index) => flap(index, index * 1_000));
    const told = newsLines([], hundred);
    expect(told.slice(0, 2)).toEqual(hundred.slice(0, 2));
    expect(told.slice(2).map(({ message }) => message)).toEqual([
      '1 firing, 0 resolved: Slow; it comes and goes, and is not said again for five minutes',
    ]);
    expect(newsLines(hundred.slice(0, 50), hundred.slice(50))).toEqual([]);
    const later = [flap(0, 500_000), { ...flap(1, 501_000), to: 'closed' as const }];
    expect(newsLines(hundred, later)).toEqual(later);
    const other = { ...line('alerts', '1 firing, 0 resolved: Full', 'noticed'), at: 100_000 };
    expect(newsLines(hundred, [other])).toEqual([other]);
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
