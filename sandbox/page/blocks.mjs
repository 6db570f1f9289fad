import { h } from './dom.mjs';
import { renderElement, renderImage } from './elements.mjs';
import { renderNewer } from './newer-blocks.mjs';
import { renderRichText } from './rich-text.mjs';
import { renderMarkdown, renderPlain, renderText } from './text.mjs';

/**
 * Block Kit as nodes. `place` tells what an element does: { act(element, raw, blockId), keep?(element, raw, blockId) }.
 * `ctx` knows people, the channel and the time.
 */
export function renderBlocks(blocks, place, ctx) {
  return blocks.map((block) => renderBlock(block, place, ctx));
}

export function renderBlock(block, place, ctx) {
  const here = {
    blockId: block.block_id ?? '',
    act: (element, raw) => place.act(element, raw, block.block_id),
    ...(place.keep === undefined ? {} : { keep: (element, raw) => place.keep(element, raw, block.block_id) }),
  };
  const make = BLOCKS[block.type];
  if (make !== undefined) return make(block, here, ctx, place);
  return (
    renderNewer(block, here, ctx, (child) => renderBlock(child, place, ctx)) ??
    h('p', { class: 'missing' }, `(${block.type})`)
  );
}

function section(block, here, ctx) {
  const accessory =
    block.accessory === undefined
      ? null
      : h('div', { class: 'bk-accessory' }, renderElement(block.accessory, here, ctx));
  return h(
    'div',
    { class: 'bk-section' },
    h(
      'div',
      { class: 'bk-words' },
      block.text === undefined ? null : h('div', { class: 'bk-text' }, renderText(block.text, ctx)),
      block.fields === undefined
        ? null
        : h(
            'div',
            { class: 'bk-fields' },
            block.fields.map((field) => h('div', { class: 'bk-text' }, renderText(field, ctx))),
          ),
    ),
    accessory,
  );
}

function image(block) {
  const picture = renderImage(block, 'bk-picture');
  const shown =
    picture.tagName === 'IMG'
      ? h('a', { href: picture.getAttribute('src'), target: '_blank', rel: 'noopener noreferrer' }, picture)
      : picture;
  return h(
    'figure',
    { class: 'bk-figure' },
    block.title ? h('figcaption', {}, renderPlain(block.title.text)) : null,
    shown,
  );
}

function input(block, here, ctx) {
  const field = renderElement(block.element, here, ctx);
  const id = `in-${here.blockId}`;
  const group = field.classList.contains('choices');
  if (!group) field.id = id;
  else field.setAttribute('aria-label', block.label.text);
  return h(
    'div',
    { class: 'bk-input', 'data-block': here.blockId },
    h(
      group ? 'span' : 'label',
      { for: group ? null : id, class: 'bk-label' },
      renderPlain(block.label.text),
      block.optional ? h('small', {}, ' (optional)') : null,
    ),
    field,
    block.hint ? h('small', { class: 'bk-hint' }, renderPlain(block.hint.text)) : null,
    h('small', { class: 'bk-error', role: 'alert' }),
  );
}

const context = (block, _here, ctx) =>
  h(
    'div',
    { class: 'bk-context' },
    block.elements.map((item) =>
      item.type === 'image' ? renderImage(item, 'bk-icon') : h('span', {}, renderText(item, ctx)),
    ),
  );

const BLOCKS = {
  section,
  image,
  input,
  context,
  header: (block) => h('p', { class: 'bk-header', role: 'heading', 'aria-level': 4 }, renderPlain(block.text.text)),
  divider: () => h('hr', { class: 'bk-divider' }),
  actions: (block, here, ctx) =>
    h(
      'div',
      { class: 'bk-actions' },
      block.elements.map((element) => renderElement(element, here, ctx)),
    ),
  context_actions: (block, here, ctx) =>
    h(
      'div',
      { class: 'bk-actions small' },
      block.elements.map((element) => renderElement(element, here, ctx)),
    ),
  markdown: (block, _here, ctx) => h('div', { class: 'bk-text md' }, renderMarkdown(block.text, ctx)),
  rich_text: (block, _here, ctx) => h('div', { class: 'bk-text' }, renderRichText(block, ctx)),
};
