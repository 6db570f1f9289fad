import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codeBlock,
  cutMarkup,
  escapeText,
  guardMarkup,
  inlineCode,
  mention,
  plain,
  sentence,
} from '../../../../src/adapters/slack/views/escape.ts';

/** Text that wants to be more than text. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        '<!channel>',
        '<@U123>',
        '@here',
        '*',
        '_',
        '~',
        '`',
        '```',
        '<http://x|y>',
        'https://evil.example',
        ':fire:',
        '&',
        '>',
        '\n',
        '\u202e',
        'a b',
        '😀',
        '\ud800',
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join('')),
);

describe('text from outside', () => {
  it('never becomes a mention, a link or a tag', () => {
    expect(escapeText('<!channel> <@U123|x> <http://e|f> a & b')).toBe(
      '&lt;!channel&gt; &lt;@\u2060U123|x&gt; &lt;http:\u2060//e|f&gt; a &amp; b',
    );
    fc.assert(fc.property(hostile, (text) => !/[<>]|@[\p{L}\p{N}]|:\/\//u.test(escapeText(text))));
  });

  it('never formats, nor shows an emoji that it names', () => {
    expect(escapeText('*bold* ~gone~ `code` _it_')).toBe('∗bold∗ ∼gone∼ ˋcodeˋ ˍitˍ');
    expect(escapeText(':white_check_mark: approved')).toBe(':\u2060white_check_mark: approved');
    fc.assert(fc.property(hostile, (text) => !/[*~`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u.test(escapeText(text))));
  });

  it('keeps names as people copy them', () => {
    for (const name of [
      'high_memory_usage',
      'payment-api-7d9f8c6b5-x2x4z',
      'registry.example/ledger-db:4.2.0',
      '02:57:33',
      'cpu > 80 %'.replace('>', 'over'),
    ])
      expect(escapeText(name)).toBe(name);
  });

  it('stays on one line, without characters that hide or reorder it', () => {
    expect(escapeText('a\n\n• b\u202Etxt\u0000\u200b')).toBe('a • btxt');
    fc.assert(fc.property(hostile, (text) => !/[\n\r\u202a-\u202e\p{Cc}]/u.test(escapeText(text))));
  });

  it('is bounded, escapes included, and never ends in half an escape', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 5, max: 100 }), (text, max) => {
        const escaped = escapeText(text, max);
        expect(escaped.length).toBeLessThanOrEqual(max);
        expect(escaped.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
        expect(escaped.isWellFormed()).toBe(true);
        expect(inlineCode(text, max).length).toBeLessThanOrEqual(max);
        expect(plain(text, max).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('can’t leave a code block', () => {
    expect(codeBlock('a\n```\n<!channel>')).toBe('```\na\nˋˋˋ\n&lt;!channel&gt;\n```');
    fc.assert(
      fc.property(
        hostile,
        (text) => (codeBlock(text, 300).match(/`/g) ?? []).length === 6 && codeBlock(text, 300).length <= 300,
      ),
    );
    fc.assert(fc.property(hostile, (text) => [0, 2].includes((inlineCode(text).match(/`/g) ?? []).length)));
  });
});

describe('a person', () => {
  it('is mentioned by Slack’s id, and named as text by anything else', () => {
    expect(mention('U012ABC')).toBe('<@U012ABC>');
    expect(mention('S0123ABCD')).toBe('<!subteam^S0123ABCD>');
    expect(mention('<!channel>')).toBe('&lt;!channel&gt;');
    expect(mention('Uther the *Bold*')).toBe('Uther the ∗Bold∗');
  });
});

describe('finished markup', () => {
  it('of others keeps people and dates, and loses what would reach everybody or lead elsewhere', () => {
    const kept = 'Approved by <@U_SECOND> <!date^1^{time}|03:09 UTC>, only <!subteam^S0123> may';
    expect(guardMarkup(kept)).toBe(kept);
    expect(guardMarkup('<!channel> <http://x|y> <!date^x^y|z> a < b')).not.toContain('<');
  });

  it('is cut between its parts', () => {
    expect(cutMarkup('seen <!date^1^{time}|03:09 UTC> by', 20)).toBe('seen …');
    expect(cutMarkup('a &amp; b', 6)).toBe('a …');
    expect(cutMarkup('short', 20)).toBe('short');
  });

  it('makes a sentence of words, and leaves names alone', () => {
    expect(sentence('a rollout is in progress')).toBe('A rollout is in progress.');
    expect(sentence('Done!')).toBe('Done!');
    expect(sentence('p99 is back')).toBe('p99 is back.');
    expect(sentence('')).toBe('');
  });
});
