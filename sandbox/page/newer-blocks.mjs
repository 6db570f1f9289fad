import { h, safeUrl } from './dom.mjs';
import { renderElement, renderImage } from './elements.mjs';
import { renderRichText } from './rich-text.mjs';
import { renderPlain, renderRows, renderText } from './text.mjs';

/** Slack's newer blocks: alert, card, carousel, container, plan, task_card, tables, video, file. Null for one that isn't known. */
export function renderNewer(block, here, ctx, child) {
  return NEWER[block.type]?.(block, here, ctx, child) ?? null;
}

const LEVELS = {
  default: ['•', 'Note'],
  info: ['i', 'Information'],
  warning: ['!', 'Warning'],
  error: ['×', 'Error'],
  success: ['✓', 'Success'],
};

function alert(block, _here, ctx) {
  const level = block.level ?? 'default';
  const [sign, name] = LEVELS[level];
  return h(
    'div',
    { class: `bk-alert ${level}` },
    h('span', { class: 'bk-sign', role: 'img', 'aria-label': name }, sign),
    h('div', { class: 'bk-text' }, renderText(block.text, ctx)),
  );
}

function card(block, here, ctx) {
  const words = (name) =>
    block[name] === undefined ? null : h('div', { class: `card-${name}` }, renderText(block[name], ctx));
  return h(
    'article',
    { class: 'bk-card' },
    block.hero_image ? renderImage(block.hero_image, 'card-hero') : null,
    h(
      'div',
      { class: 'card-head' },
      block.icon ? renderImage(block.icon, 'card-icon') : null,
      h('div', {}, words('title'), words('subtitle')),
    ),
    words('body'),
    block.actions?.length
      ? h(
          'div',
          { class: 'bk-actions' },
          block.actions.map((element) => renderElement(element, here, ctx)),
        )
      : null,
  );
}

const STATUSES = {
  pending: ['○', 'Pending'],
  in_progress: ['◐', 'In progress'],
  complete: ['✓', 'Complete'],
  error: ['×', 'Failed'],
};

function task(block, _here, ctx) {
  const [sign, name] = STATUSES[block.status] ?? STATUSES.pending;
  const rich = (part) => (part === undefined ? null : h('div', { class: 'task-more' }, renderRichText(part, ctx)));
  const sources = (block.sources ?? []).map((source) => {
    const href = safeUrl(source.url);
    return href === null
      ? h('span', {}, source.text)
      : h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, source.text);
  });
  return h(
    'div',
    { class: `bk-task ${block.status}` },
    h('span', { class: 'bk-sign', role: 'img', 'aria-label': name }, sign),
    h(
      'div',
      {},
      h('div', { class: 'task-title' }, renderPlain(block.title)),
      rich(block.details),
      rich(block.output),
      sources.length ? h('div', { class: 'task-sources' }, sources) : null,
    ),
  );
}

function plan(block, here, ctx) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((entry) => entry.status === 'complete').length;
  return h(
    'div',
    { class: 'bk-plan' },
    h(
      'div',
      { class: 'plan-title' },
      h('strong', {}, renderPlain(block.title)),
      tasks.length ? h('span', { class: 'plan-count' }, `${done} of ${tasks.length}`) : null,
    ),
    h(
      'ol',
      {},
      tasks.map((entry) => h('li', {}, task(entry, here, ctx))),
    ),
  );
}

function container(block, _here, ctx, child) {
  const inner = h('div', { class: 'container-inner' }, block.child_blocks.map(child));
  const title = block.rich_text_title ? renderRichText(block.rich_text_title, ctx) : renderPlain(block.title.text);
  const head = [
    block.icon ? renderImage(block.icon, 'card-icon') : null,
    h('span', {}, title),
    block.subtitle ? h('small', {}, renderText(block.subtitle, ctx)) : null,
  ];
  if (!block.is_collapsible)
    return h(
      'div',
      { class: `bk-container${block.has_header_divider ? ' divided' : ''}` },
      h('div', { class: 'container-head' }, head),
      inner,
    );
  return h(
    'details',
    { class: 'bk-container', open: block.default_collapsed !== true },
    h('summary', { class: 'container-head' }, head),
    inner,
  );
}

const cell = (value, ctx) =>
  value.type === 'rich_text' ? renderRichText(value, ctx) : [document.createTextNode(value.text)];

const table = (block, _here, ctx) =>
  renderRows(
    block.rows.map((row) => row.map((value) => cell(value, ctx))),
    {
      caption: block.caption ?? '',
      aligns: (block.column_settings ?? []).map((column) => column?.align),
      headColumn: block.type === 'data_table' ? (block.row_header_column_index ?? 0) : -1,
    },
  );

function video(block) {
  const href = safeUrl(block.title_url ?? block.video_url);
  return h(
    'p',
    { class: 'bk-text' },
    href === null
      ? block.title.text
      : h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, `▶ ${block.title.text}`),
  );
}

const NEWER = {
  alert,
  card,
  task_card: task,
  plan,
  container,
  table,
  data_table: table,
  video,
  carousel: (block, here, ctx) =>
    h(
      'div',
      { class: 'bk-carousel', tabindex: 0, role: 'group', 'aria-label': 'Cards' },
      block.elements.map((entry) => card(entry, here, ctx)),
    ),
  file: (block) => h('p', { class: 'missing' }, `File ${block.external_id}`),
};
