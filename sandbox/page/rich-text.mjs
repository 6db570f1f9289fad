import { h, safeUrl } from './dom.mjs';
import { emojiNamed } from './emoji.mjs';
import { formatSlackDate } from './slack-date.mjs';

/** A rich_text block as nodes. */
export function renderRichText(block, ctx) {
  return (block.elements ?? []).map((element) => container(element, ctx));
}

function container(element, ctx) {
  const spans = () => (element.elements ?? []).map((span) => inline(span, ctx));
  switch (element.type) {
    case 'rich_text_list': {
      const items = element.elements.map((item) => h('li', {}, container(item, ctx)));
      return h(element.style === 'ordered' ? 'ol' : 'ul', { class: `md-list depth-${element.indent ?? 0}` }, items);
    }
    case 'rich_text_quote':
      return h('blockquote', {}, spans());
    case 'rich_text_preformatted':
      return h('pre', { tabindex: 0 }, spans());
    default:
      return h('div', { class: 'rich-section' }, spans());
  }
}

const link = (url, words) => {
  const href = safeUrl(url);
  return href === null ? h('span', {}, words) : h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, words);
};

const SPANS = {
  text: (span) => document.createTextNode(span.text),
  link: (span) => link(span.url, span.text ?? span.url),
  emoji: (span) => {
    const found = emojiNamed(span.name);
    if (found?.type === 'dot')
      return h('span', { class: `dot dot-${found.color}`, role: 'img', 'aria-label': `${found.color} circle` });
    return document.createTextNode(found?.text ?? `:${span.name}:`);
  },
  user: (span, ctx) => h('span', { class: 'mention' }, `@${ctx.people.get(span.user_id)?.realName ?? span.user_id}`),
  usergroup: (span) => h('span', { class: 'mention' }, `@${span.usergroup_id}`),
  team: (span) => h('span', { class: 'mention' }, `@${span.team_id}`),
  channel: (span, ctx) =>
    h('span', { class: 'mention' }, `#${span.channel_id === ctx.channel.id ? ctx.channel.name : span.channel_id}`),
  broadcast: (span) => h('span', { class: 'mention' }, `@${span.range}`),
  color: (span) => h('code', {}, span.value),
  date: (span, ctx) => link(span.url, formatSlackDate(span.timestamp, span.format, ctx.now())),
};

const STYLES = [
  ['code', 'code'],
  ['bold', 'strong'],
  ['italic', 'em'],
  ['strike', 's'],
  ['underline', 'u'],
];

function inline(span, ctx) {
  const node = SPANS[span.type]?.(span, ctx) ?? document.createTextNode('');
  return STYLES.reduce((inner, [style, tag]) => (span.style?.[style] ? h(tag, {}, inner) : inner), node);
}
