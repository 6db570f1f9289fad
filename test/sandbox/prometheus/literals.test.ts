import { describe, expect, it } from 'vitest';
import {
  anchoredRegex,
  formatValue,
  readDuration,
  readNumber,
  readString,
} from '../../../sandbox/prometheus/literals.ts';

describe('PromQL literals', () => {
  it('reads durations and seconds', () => {
    expect(readDuration('1h30m')).toBe(5_400_000);
    expect(readDuration('1w')).toBe(604_800_000);
    expect(readDuration('250ms')).toBe(250);
    expect(readDuration('15')).toBe(15_000);
    expect(readDuration('0.5')).toBe(500);
    expect(readDuration('5x')).toBeUndefined();
    expect(readDuration('')).toBeUndefined();
  });

  it('reads numbers', () => {
    expect(readNumber('-0x1f')).toBe(-31);
    expect(readNumber('1e-3')).toBe(0.001);
    expect(readNumber('+Inf')).toBe(Number.POSITIVE_INFINITY);
    expect(readNumber('-inf')).toBe(Number.NEGATIVE_INFINITY);
    expect(readNumber('NaN')).toBeNaN();
  });

  it('reads quoted text with its escapes', () => {
    expect(readString('"a\\n\\"b\\\\"')).toBe('a\n"b\\');
    expect(readString("'\\u00e9'")).toBe('é');
    expect(readString('`a\\n`')).toBe('a\\n');
    expect(readString('"open')).toBeUndefined();
    expect(readString('"\\q"')).toBeUndefined();
  });

  it('anchors regular expressions at both ends', () => {
    expect(anchoredRegex('a|b').test('ab')).toBe(false);
    expect(anchoredRegex('(?i)AB.*').test('abc')).toBe(true);
  });

  it('writes values without exponents', () => {
    expect([1e21, -1.5e-7, 0, 12.25, Number.NaN, Number.NEGATIVE_INFINITY].map(formatValue)).toEqual([
      '1000000000000000000000',
      '-0.00000015',
      '0',
      '12.25',
      'NaN',
      '-Inf',
    ]);
  });
});
