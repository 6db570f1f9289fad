import { describe, expect, it } from 'vitest';
import { cutText, headOf } from '../../src/domain/cut-text.ts';

describe('cutText', () => {
  it('leaves a text that fits, and ends a longer one in an ellipsis within the limit', () => {
    expect(cutText('abcd', 4)).toBe('abcd');
    expect(cutText('abcde', 4)).toBe('abc…');
  });

  it('never cuts through a character, wherever the cut falls', () => {
    const text = 'a😀b👩‍🚒c'.repeat(5);
    for (let max = 1; max <= text.length + 1; max += 1) {
      expect(cutText(text, max).isWellFormed()).toBe(true);
      expect(headOf(text, max).isWellFormed()).toBe(true);
      expect(cutText(text, max).length).toBeLessThanOrEqual(max);
    }
  });

  it('mends what came broken', () => {
    expect(headOf('a\ud83d', 10)).toBe('a\ufffd');
    expect(cutText('a\ud83d', 10)).toBe('a\ufffd');
  });
});
