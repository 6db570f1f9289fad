import { emojiNamed, splitDots } from './emoji.mjs';

/**
 * Slack's mrkdwn as a tree of plain nodes: text, dot, bold, italic, strike, code, pre, quote, link, user, channel, special, date.
 * Follows Slack's published rules for formatting; whatever doesn't parse stays text.
 */
export function parseMrkdwn(text, verbatim = false) {
  return text.split(/```((?:[^`]|`(?!``))+)```\n?/).flatMap((part, index) => {
    if (index % 2 === 1) return [{ type: 'pre', text: unescapeText(part.replace(/^\n/, '').replace(/\n$/, '')) }];
    return parseLines(part, verbatim);
  });
}

/** The three characters that Slack escapes. */
export function unescapeText(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function parseLines(text, verbatim) {
  const nodes = [];
  for (const run of text.match(/(?:^(?:&gt;|>)[^\n]*\n?)+|(?:^(?!&gt;|>)[^\n]*(?:\n|$))+/gm) ?? []) {
    if (/^(?:&gt;|>)/.test(run)) {
      const inner = run.replace(/^(?:&gt;|>) ?/gm, '').replace(/\n$/, '');
      nodes.push({ type: 'quote', children: parseInline(inner, verbatim) });
    } else if (run !== '') nodes.push(...parseInline(run, verbatim));
  }
  return nodes;
}

const RULES = [
  { match: /<([^<>]+)>/y, make: ([, inside]) => angle(inside) },
  { match: /`([^`\n]+)`/y, make: ([, code]) => ({ type: 'code', text: unescapeText(code) }) },
  { match: /:([a-z0-9_+'-]+):/y, make: ([, name]) => emojiNamed(name) },
  {
    match: /\*(?=\S)([^*\n]*[^*\s])\*(?!\w)/y,
    make: ([, inner], v) => ({ type: 'bold', children: parseInline(inner, v) }),
    edge: true,
  },
  {
    match: /_(?=\S)([^_\n]*[^_\s])_(?!\w)/y,
    make: ([, inner], v) => ({ type: 'italic', children: parseInline(inner, v) }),
    edge: true,
  },
  {
    match: /~(?=\S)([^~\n]*[^~\s])~(?!\w)/y,
    make: ([, inner], v) => ({ type: 'strike', children: parseInline(inner, v) }),
    edge: true,
  },
  {
    match: /https?:\/\/[^\s<>|]*[^\s<>|.,:;!?)'"*_~]/y,
    make: ([url], v) => (v ? null : { type: 'link', url, children: [{ type: 'text', text: url }] }),
    edge: true,
  },
];

function parseInline(text, verbatim) {
  const nodes = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') nodes.push(...splitDots(unescapeText(plain)));
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    const hit = ruleAt(text, at, verbatim);
    if (hit === null) {
      plain += text[at];
      at += 1;
    } else {
      flush();
      nodes.push(hit.node);
      at += hit.length;
    }
  }
  flush();
  return nodes;
}

function ruleAt(text, at, verbatim) {
  const before = at === 0 ? ' ' : text[at - 1];
  for (const rule of RULES) {
    if (rule.edge && /[\w`]/.test(before)) continue;
    rule.match.lastIndex = at;
    const found = rule.match.exec(text);
    const node = found === null ? null : rule.make(found, verbatim);
    if (node !== null) return { node, length: found[0].length };
  }
  return null;
}

/** What stands between angle brackets: a mention, a date, or a link with its label. */
function angle(inside) {
  const bar = inside.indexOf('|');
  const head = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? '' : unescapeText(inside.slice(bar + 1));
  if (head.startsWith('@')) return { type: 'user', id: head.slice(1), label };
  if (head.startsWith('#')) return { type: 'channel', id: head.slice(1), label };
  if (head.startsWith('!date^')) return dateNode(head, label);
  if (head.startsWith('!')) return { type: 'special', name: head.slice(1).split('^')[0], label };
  if (!/^(https?|mailto|slack):/i.test(head)) return null;
  const url = unescapeText(head);
  return {
    type: 'link',
    url,
    children: label === '' ? [{ type: 'text', text: url.replace(/^mailto:/i, '') }] : splitDots(label),
  };
}

function dateNode(head, fallback) {
  const [, seconds, format, link] = head.split('^');
  if (!/^\d{1,12}$/.test(seconds ?? '') || !format) return { type: 'text', text: fallback };
  return { type: 'date', seconds: Number(seconds), format, link: link ?? null, fallback };
}
