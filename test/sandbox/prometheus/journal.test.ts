import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../sandbox/prometheus/journal.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(dir, 'samples');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sample = (pod: string, value: number) => ({ name: 'a', labels: { pod }, value });

describe('the journal of samples', () => {
  it('gives back what was written, over several lives', () => {
    openJournal(path, true).append(15_000, [sample('x', 1), sample('y', 2)]);
    const second = openJournal(path, false);
    expect(second.scrapes).toMatchObject([{ at: 15_000, samples: [sample('x', 1), sample('y', 2)] }]);
    second.append(30_000, [sample('y', 3), sample('z', 4.5)]);
    expect(openJournal(path, false).scrapes[1]).toMatchObject({
      at: 30_000,
      samples: [sample('y', 3), sample('z', 4.5)],
    });
  });

  it('leaves out a line that was cut off, and goes on after it', () => {
    openJournal(path, true).append(15_000, [sample('x', 1)]);
    appendFileSync(path, '{"at":30000,"define":[],"val');
    const again = openJournal(path, false);
    expect(again.scrapes).toHaveLength(1);
    again.append(45_000, [sample('x', 3)]);
    expect(openJournal(path, false).scrapes.map((s) => s.at)).toEqual([15_000, 45_000]);
  });

  it('keeps the last hours only', () => {
    const journal = openJournal(path, true);
    for (let i = 1; i <= 1_000; i++) journal.append(i * 15_000, [sample('x', i)]);
    const { scrapes } = openJournal(path, false);
    expect(scrapes.length).toBeGreaterThanOrEqual(360);
    expect(scrapes.length).toBeLessThanOrEqual(720);
    expect(scrapes.at(-1)).toMatchObject({ at: 15_000_000, samples: [sample('x', 1_000)] });
    expect(scrapes.map((s) => s.at)).toEqual([...scrapes.map((s) => s.at)].sort((a, b) => a - b));
  });

  it('forgets another life when it begins afresh', () => {
    openJournal(path, true).append(15_000, [sample('x', 1)]);
    expect(openJournal(path, true).scrapes).toEqual([]);
  });
});
