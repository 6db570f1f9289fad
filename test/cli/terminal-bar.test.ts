import { describe, expect, it } from 'vitest';
import { terminalBar } from '../../src/cli/terminal-bar.ts';

function screen(isTTY: boolean) {
  let written = '';
  return {
    ...{ isTTY, columns: 80 },
    write: (text: string) => {
      written += text;
    },
    shown: () => written,
  };
}

describe('the bar of long work', () => {
  it('shows how far it is, and is gone in the end', () => {
    const out = screen(true);
    const bar = terminalBar(out);
    bar.show('replaying', 0.5);
    expect(out.shown()).toContain(`${'█'.repeat(12)}${'░'.repeat(12)}] 50 %  replaying`);
    bar.end();
    expect(out.shown().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('writes nothing where nobody watches', () => {
    const out = screen(false);
    const bar = terminalBar(out);
    bar.show('replaying', 0.5);
    bar.end();
    expect(out.shown()).toBe('');
  });

  it('takes names from outside as text', () => {
    const out = screen(true);
    terminalBar(out).show('INC-1 \u001b[31m', 0);
    expect(out.shown()).not.toContain('\u001b[31m');
  });
});
