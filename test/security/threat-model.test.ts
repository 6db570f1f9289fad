import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const text = readFileSync(`${root}docs/threat-model.md`, 'utf8');
const [standing = ''] = text.split('## What stands against nothing yet');
const lines = standing.split('\n').filter((line) => line.startsWith('- '));

describe('the threat model', () => {
  it('has lines for every letter of STRIDE', () => {
    expect(lines.length).toBeGreaterThan(20);
    for (const part of ['Spoofing', 'Tampering', 'Repudiation', 'Information', 'Denial', 'Elevation'])
      expect(standing).toContain(`## ${part}`);
  });

  it.each(lines)('%s', (line) => {
    const [, file = '', name = ''] = /`(test\/[\w./-]+)` "(.+)"$/.exec(line) ?? [];
    expect(existsSync(`${root}${file}`), `${file} is there`).toBe(true);
    expect(readFileSync(`${root}${file}`, 'utf8')).toContain(name);
  });
});
