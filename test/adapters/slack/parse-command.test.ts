import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/adapters/slack/parse-command.ts';
import { spokenDuration } from '../../../src/adapters/slack/parse-duration.ts';

const parsed = (text: string) => {
  const result = parseCommand(text);
  if (!result.ok) throw new Error(result.message);
  return result.command;
};

describe('what was typed', () => {
  it('is a verb, arguments and flags', () => {
    expect(parsed('hold INC-12 --for 1h')).toEqual({ verb: 'hold', args: ['INC-12'], flags: { for: '1h' } });
    expect(parsed('reject --false-alarm payment-api')).toEqual({
      verb: 'reject',
      args: ['payment-api'],
      flags: { 'false-alarm': true },
    });
    expect(parsed('  ')).toEqual({ verb: '', args: [], flags: {} });
  });

  it('may come from a phone: capitals, smart quotes, a dash that autocorrect made of --', () => {
    expect(parsed('Pause “release freeze” —for 30m')).toEqual({
      verb: 'pause',
      args: ['release freeze'],
      flags: { for: '30m' },
    });
    expect(parsed('reject 12 –false-alarm')).toEqual({ verb: 'reject', args: ['12'], flags: { 'false-alarm': true } });
    expect(parsed('reject 12 —false‑alarm').flags).toEqual({ 'false-alarm': true });
    expect(parsed('status\u00a0')).toMatchObject({ verb: 'status' });
  });

  it('takes a length of time in one word, in two, and after an equals sign', () => {
    for (const text of [
      'hold 1 --for 30m',
      'hold 1 --for=30m',
      'hold 1 --for "30 minutes"',
      'hold 1 --for 30 minutes',
      'hold --for 30 min 1',
    ])
      expect(spokenDuration(String(parsed(text).flags.for))).toBe(30 * 60_000);
    expect(parsed('hold --for 30 min 1').args).toEqual(['1']);
    expect(parsed('pause deploy --for 1 deploy')).toMatchObject({ args: ['deploy', 'deploy'], flags: { for: '1' } });
  });

  it('keeps what only looks like a flag', () => {
    expect(parsed('pause load test -10 %').args).toEqual(['load', 'test', '-10', '%']);
    expect(parsed('pause "--for"').args).toEqual(['--for']);
    expect(parsed('pause don’t touch this').args).toEqual(['don’t', 'touch', 'this']);
  });

  it('that is wrong is named', () => {
    expect(parseCommand('pause "freeze')).toEqual({ ok: false, message: 'A quote is opened and never closed.' });
    expect(parseCommand('hold 1 --for')).toMatchObject({
      ok: false,
      message: expect.stringContaining('`--for` wants a value'),
    });
    expect(parseCommand('hold --for --x')).toMatchObject({ ok: false });
    expect(parseCommand('a '.repeat(300))).toMatchObject({ ok: false });
  });

  it('never breaks the parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => typeof parseCommand(text).ok === 'boolean'),
    );
  });
});

describe('a length of time', () => {
  it('is read as people write it', () => {
    const known: [string, number][] = [
      ['30m', 30],
      ['1h30m', 90],
      ['1h 30m', 90],
      ['2 hours', 120],
      ['90 min', 90],
      ['1.5h', 90],
      ['1,5 h', 90],
      ['45', 45],
      ['1d', 1440],
      ['30 MINUTES', 30],
    ];
    for (const [text, minutes] of known) expect(spokenDuration(text), text).toBe(minutes * 60_000);
  });

  it('is nothing when it isn’t one, is nothing long, or too long', () => {
    for (const text of ['', '0', '0m', 'soon', '5x', 'm', '-5m', '31d', '9'.repeat(400), '1h2', '5 m x'])
      expect(spokenDuration(text), text).toBeNull();
  });
});
