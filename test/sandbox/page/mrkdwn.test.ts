import { beforeAll, describe, expect, it } from 'vitest';
import { loadPageModule } from './load.ts';

type Node = { type: string; children?: Node[]; text?: string; url?: string; [key: string]: unknown };

let parse: (text: string, verbatim?: boolean) => Node[];
beforeAll(async () => {
  parse = (await loadPageModule<{ parseMrkdwn: typeof parse }>('mrkdwn.mjs')).parseMrkdwn;
});

const text = (words: string): Node => ({ type: 'text', text: words });

describe('mrkdwn', () => {
  it('reads bold, italic, strike and code, also within one another', () => {
    expect(parse('*a* _b_ ~c~ `d`')).toEqual([
      { type: 'bold', children: [text('a')] },
      text(' '),
      { type: 'italic', children: [text('b')] },
      text(' '),
      { type: 'strike', children: [text('c')] },
      text(' '),
      { type: 'code', text: 'd' },
    ]);
    expect(parse('*a _b_*')).toEqual([
      { type: 'bold', children: [text('a '), { type: 'italic', children: [text('b')] }] },
    ]);
  });

  it('leaves signs alone that mark nothing', () => {
    for (const plain of [
      '2 * 3 * 4',
      'snake_case_name',
      'a*b*c',
      'cost ~5 s and ~6 s',
      '* a *',
      'at 03:05:10',
      ':no_such_emoji:',
    ]) {
      expect(parse(plain)).toEqual([text(plain)]);
    }
  });

  it('keeps code and preformatted text as it is', () => {
    expect(parse('`*a* &lt;b&gt;`')).toEqual([{ type: 'code', text: '*a* <b>' }]);
    expect(parse('see\n```- a\n+ *b*```\nend')).toEqual([
      text('see\n'),
      { type: 'pre', text: '- a\n+ *b*' },
      text('end'),
    ]);
    expect(parse('an open ``` fence')).toEqual([text('an open ``` fence')]);
  });

  it('turns the three escapes back, once', () => {
    expect(parse('&lt;b&gt; &amp; &amp;lt;')).toEqual([text('<b> & &lt;')]);
  });

  it('reads links, mentions and dates between angle brackets', () => {
    expect(parse('<https://a.example/?x=1&amp;y=2|the *graph*>')).toEqual([
      { type: 'link', url: 'https://a.example/?x=1&y=2', children: [text('the *graph*')] },
    ]);
    expect(parse('<@U_ONCALL> in <#C1|oncall> <!here>')).toMatchObject([
      { type: 'user', id: 'U_ONCALL' },
      text(' in '),
      { type: 'channel', id: 'C1', label: 'oncall' },
      text(' '),
      { type: 'special', name: 'here' },
    ]);
    expect(parse('<!date^1700000000^{date_short} at {time}^https://a.example|then>')).toEqual([
      {
        type: 'date',
        seconds: 1_700_000_000,
        format: '{date_short} at {time}',
        link: 'https://a.example',
        fallback: 'then',
      },
    ]);
    expect(parse('<!date^soon^{time}|then>')).toEqual([text('then')]);
  });

  it('makes no link of what is no address', () => {
    expect(parse('<javascript:alert(1)|click>')).toEqual([text('<javascript:alert(1)|click>')]);
    expect(parse('see https://a.example/x, then')[1]).toEqual({
      type: 'link',
      url: 'https://a.example/x',
      children: [text('https://a.example/x')],
    });
    expect(parse('see https://a.example', true)).toEqual([text('see https://a.example')]);
  });

  it('gathers quoted lines', () => {
    expect(parse('so:\n&gt; one\n> *two*\nend')).toEqual([
      text('so:\n'),
      { type: 'quote', children: [text('one\n'), { type: 'bold', children: [text('two')] }] },
      text('end'),
    ]);
  });

  it('shows coloured circles as dots, by name and by character', () => {
    expect(parse(':red_circle: a 🟢 b')).toEqual([
      { type: 'dot', color: 'red' },
      text(' a '),
      { type: 'dot', color: 'green' },
      text(' b'),
    ]);
  });

  it('comes to an end on long hostile text', () => {
    for (const piece of ['*_~`', '<', '&gt;*', '```', '_a', '<!date^']) {
      const flat = JSON.stringify(parse(piece.repeat(2000)));
      expect(flat.length).toBeGreaterThan(2000);
    }
  });
});
