import { h, safeUrl } from './dom.mjs';
import { emojiNamed, splitDots } from './emoji.mjs';
import { parseMarkdown } from './markdown.mjs';
import { parseMrkdwn } from './mrkdwn.mjs';
import { formatSlackDate } from './slack-date.mjs';

/** A text object (plain_text or mrkdwn) as nodes. `ctx` knows people, the channel and the time. */
export function renderText(text, ctx) {
  return text.type === 'mrkdwn' ? renderMrkdwn(text.text, ctx, text.verbatim) : renderPlain(text.text);
}

export const renderMrkdwn = (text, ctx, verbatim = false) =>
  parseMrkdwn(text, verbatim).map((node) => render(node, ctx));

/** plain_text: only emoji names are replaced. */
export function renderPlain(text) {
  return text
    .split(/:([a-z0-9_+'-]+):/)
    .flatMap((part, index) =>
      index % 2 === 0 ? splitDots(part) : [emojiNamed(part) ?? { type: 'text', text: `:${part}:` }],
    )
    .map((node) => render(node, null));
}

export function renderMarkdown(text, ctx) {
  return parseMarkdown(text).map((node) => render(node, ctx));
}

const KINDS = {
  text: (node) => document.createTextNode(node.text),
  dot: (node) => h('span', { class: `dot dot-${node.color}`, role: 'img', 'aria-label': `${node.color} circle` }),
  bold: (node, ctx) => h('strong', {}, children(node, ctx)),
  italic: (node, ctx) => h('em', {}, children(node, ctx)),
  strike: (node, ctx) => h('s', {}, children(node, ctx)),
  code: (node) => h('code', {}, node.text),
  pre: (node) => h('pre', { tabindex: 0 }, diffLines(node.text)),
  quote: (node, ctx) => h('blockquote', {}, children(node, ctx)),
  paragraph: (node, ctx) => h('p', {}, children(node, ctx)),
  heading: (node, ctx) =>
    h(
      'p',
      { class: `md-heading md-h${Math.min(3, node.level)}`, role: 'heading', 'aria-level': node.level + 3 },
      children(node, ctx),
    ),
  rule: () => h('hr'),
  list: (node, ctx) =>
    h(
      node.ordered ? 'ol' : 'ul',
      { class: 'md-list' },
      node.items.map((item) => h('li', { class: `depth-${item.depth}` }, children(item, ctx))),
    ),
  table: (node, ctx) =>
    renderRows([node.head, ...node.rows].map((row) => row.map((cell) => cell.map((n) => render(n, ctx))))),
  link: (node, ctx) => {
    const href = safeUrl(node.url);
    return href === null
      ? h('span', {}, children(node, ctx))
      : h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, children(node, ctx));
  },
  user: (node, ctx) =>
    h('span', { class: 'mention' }, `@${ctx?.people.get(node.id)?.realName ?? (node.label || node.id)}`),
  channel: (node, ctx) =>
    h('span', { class: 'mention' }, `#${node.id === ctx?.channel.id ? ctx.channel.name : node.label || node.id}`),
  special: (node) => h('span', { class: 'mention' }, `@${node.label || node.name}`),
  date: (node, ctx) => {
    const words = formatSlackDate(node.seconds, node.format, ctx?.now() ?? Date.now());
    const time = h(
      'time',
      { datetime: new Date(node.seconds * 1000).toISOString(), title: new Date(node.seconds * 1000).toLocaleString() },
      words,
    );
    const href = safeUrl(node.link);
    return href === null ? time : h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, time);
  },
};

const children = (node, ctx) => node.children.map((child) => render(child, ctx));

function render(node, ctx) {
  return KINDS[node.type](node, ctx);
}

/** A unified diff's lines are told apart by more than colour: they keep their + and −. */
function diffLines(text) {
  const lines = text.split('\n');
  const isDiff =
    lines.some((line) => /^@@|^\+(?!\+)/.test(line)) &&
    lines.some((line) => /^-(?!--$)/.test(line) || line.startsWith('@@'));
  if (!isDiff) return text;
  return lines.map((line, index) => {
    const kind = line.startsWith('+') ? 'ins' : line.startsWith('-') ? 'del' : line.startsWith('@@') ? 'hunk' : 'same';
    return h('span', { class: `diff-${kind}` }, `${line}${index < lines.length - 1 ? '\n' : ''}`);
  });
}

/** A table of cells that are lists of nodes; the first row is its head. */
export function renderRows(rows, { caption = '', aligns = [], headColumn = -1 } = {}) {
  const [head = [], ...rest] = rows;
  const side = (index) => (aligns[index] === undefined ? null : `align-${aligns[index]}`);
  const table = h(
    'table',
    { class: 'bk-table' },
    caption === '' ? null : h('caption', {}, caption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        head.map((cell, i) => h('th', { scope: 'col', class: side(i) }, cell)),
      ),
    ),
    h(
      'tbody',
      {},
      rest.map((row) =>
        h(
          'tr',
          {},
          row.map((cell, i) =>
            i === headColumn ? h('th', { scope: 'row', class: side(i) }, cell) : h('td', { class: side(i) }, cell),
          ),
        ),
      ),
    ),
  );
  return h('div', { class: 'bk-scroll', tabindex: 0, role: 'region', 'aria-label': caption || 'Table' }, table);
}
