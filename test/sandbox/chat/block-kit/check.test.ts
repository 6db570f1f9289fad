import { describe, expect, it } from 'vitest';
import { checkBlocks, checkView } from '../../../../sandbox/chat/block-kit/check.ts';
import { checkMetadata } from '../../../../sandbox/chat/block-kit/metadata.ts';

const plain = (length: number | string) => ({
  type: 'plain_text',
  text: typeof length === 'string' ? length : 'x'.repeat(length),
});
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const button = (more: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (n: number | string) => ({ text: plain(`Option ${n}`), value: `v${n}` });
const options = (count: number) => Array.from({ length: count }, (_, i) => option(i));
const richText = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
const task = (more: object = {}) => ({ type: 'task_card', task_id: 't', title: 'Plan', status: 'complete', ...more });

/** One message block's problems. */
const problems = (...blocks: unknown[]): string[] => checkBlocks(blocks, 'message')?.lines ?? [];

describe('Block Kit limits', () => {
  it.each<[string, object]>([
    ['a header', { type: 'header', text: plain(150) }],
    ['a section at its limit', { type: 'section', text: mrkdwn(3000) }],
    ['a section with ten fields', { type: 'section', fields: Array(10).fill(mrkdwn(200)) }],
    [
      'a section with a picture',
      {
        type: 'section',
        text: plain(5),
        accessory: { type: 'image', image_url: 'https://a.example/x.png', alt_text: 'x' },
      },
    ],
    ['a divider', { type: 'divider' }],
    [
      'a context',
      { type: 'context', elements: [mrkdwn(100), { type: 'image', slack_file: { id: 'F1' }, alt_text: 'x' }] },
    ],
    ['a picture', { type: 'image', slack_file: { id: 'F1' }, alt_text: 'x', title: plain(20) }],
    [
      'buttons',
      actions(
        button({ style: 'danger', value: 'x'.repeat(2000) }),
        button({ action_id: 'b', url: 'https://a.example/' }),
      ),
    ],
    [
      'a button with a confirm',
      actions(
        button({
          confirm: { title: plain(100), text: mrkdwn(300), confirm: plain(30), deny: plain(30), style: 'danger' },
        }),
      ),
    ],
    [
      'an overflow with a link',
      actions({
        type: 'overflow',
        action_id: 'o',
        options: [option(1), { text: plain('Docs'), url: 'https://a.example/' }],
      }),
    ],
    ['a select', actions({ type: 'static_select', action_id: 's', placeholder: plain(150), options: options(100) })],
    [
      'a select with groups',
      actions({ type: 'static_select', option_groups: [{ label: plain('A'), options: options(3) }] }),
    ],
    [
      'an input',
      {
        type: 'input',
        label: plain('Why?'),
        element: { type: 'plain_text_input', action_id: 'w', multiline: true, max_length: 500 },
      },
    ],
    ['rich text', richText('hello')],
    [
      'a rich list',
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a', style: { bold: true } }] }],
          },
        ],
      },
    ],
    ['markdown', { type: 'markdown', text: '# hi'.repeat(2000) }],
    ['an alert', { type: 'alert', text: mrkdwn(100), level: 'warning' }],
    ['a card', { type: 'card', title: mrkdwn(150), subtitle: mrkdwn(150), body: mrkdwn(200), actions: [button()] }],
    ['a carousel', { type: 'carousel', elements: [{ type: 'card', title: mrkdwn(10) }] }],
    [
      'a plan',
      {
        type: 'plan',
        title: 'Roll back',
        tasks: [
          task(),
          task({
            task_id: 'u',
            status: 'in_progress',
            details: richText('2 of 3'),
            sources: [{ type: 'url', url: 'https://a.example/', text: 'why' }],
          }),
        ],
      },
    ],
    ['a task on its own', task({ output: richText('done') })],
    [
      'a container',
      {
        type: 'container',
        title: plain(150),
        child_blocks: [{ type: 'divider' }],
        is_collapsible: true,
        default_collapsed: true,
      },
    ],
    [
      'a table',
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a' },
            { type: 'raw_number', value: 1, text: '1' },
          ],
        ],
        column_settings: [{ align: 'right' }],
      },
    ],
    [
      'a data table',
      {
        type: 'data_table',
        caption: 'Services',
        rows: [[{ type: 'raw_text', text: 'a' }, richText('b')]],
        page_size: 5,
      },
    ],
    [
      'feedback buttons',
      {
        type: 'context_actions',
        elements: [
          {
            type: 'feedback_buttons',
            action_id: 'f',
            positive_button: { text: plain('Yes'), value: 'y' },
            negative_button: { text: plain('No'), value: 'n' },
          },
        ],
      },
    ],
  ])('let %s pass', (_name, block) => {
    expect(problems(block)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    [
      'a header of 151',
      { type: 'header', text: plain(151) },
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a header in mrkdwn',
      { type: 'header', text: mrkdwn(3) },
      'value must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      'an empty section text',
      { type: 'section', text: mrkdwn(0) },
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['a section without words', { type: 'section' }, 'must define either `text` or `fields` [json-pointer:/blocks/0]'],
    [
      'eleven fields',
      { type: 'section', fields: Array(11).fill(mrkdwn(1)) },
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field of 2,001',
      { type: 'section', fields: [mrkdwn(2001)] },
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'a text that is a string',
      { type: 'section', text: 'hello' },
      'must provide an object [json-pointer:/blocks/0/text]',
    ],
    ['an unknown block', { type: 'marquee' }, 'unsupported type: marquee [json-pointer:/blocks/0/type]'],
    [
      'an unknown element',
      actions({ type: 'lever' }),
      'unsupported type: lever [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'an input element among actions',
      actions({ type: 'plain_text_input' }),
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'an unknown property',
      { type: 'divider', colour: 'red' },
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      'a button text of 76',
      actions(button({ text: plain(76) })),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a button value of 2,001',
      actions(button({ value: 'x'.repeat(2001) })),
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'an action_id of 256',
      actions(button({ action_id: 'x'.repeat(256) })),
      'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    ],
    [
      'a block_id of 256',
      { type: 'divider', block_id: 'x'.repeat(256) },
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
    [
      'a style of its own',
      actions(button({ style: 'gold' })),
      'value must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'two buttons of one action_id',
      actions(button(), button()),
      'action_id already exists: a [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      '26 buttons',
      actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `b${i}` }))),
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    ['no buttons at all', actions(), 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
    [
      'a link that is none',
      actions(button({ url: 'javascript:alert(1)' })),
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'a link of 3,001',
      actions(button({ url: `https://a.example/${'x'.repeat(2984)}` })),
      'must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'a confirm title of 101',
      actions(button({ confirm: { title: plain(101), text: plain(1) } })),
      'must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]',
    ],
    [
      'a confirm text of 301',
      actions(button({ confirm: { text: plain(301) } })),
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
    [
      'an overflow of six',
      actions({ type: 'overflow', options: options(6) }),
      'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a select of 101',
      actions({ type: 'static_select', options: options(101) }),
      'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a select of nothing',
      actions({ type: 'static_select' }),
      'must define exactly one of `options` or `option_groups` [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'an option text of 76',
      actions({ type: 'static_select', options: [{ text: plain(76), value: 'v' }] }),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
    ],
    [
      'an option value of 151',
      actions({ type: 'static_select', options: [{ text: plain(3), value: 'v'.repeat(151) }] }),
      'must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
    ],
    [
      'a picture without words',
      { type: 'image', image_url: 'https://a.example/x.png' },
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    [
      'a picture from two places',
      { type: 'image', image_url: 'https://a.example/x.png', slack_file: { id: 'F1' }, alt_text: 'x' },
      'must define exactly one of `image_url` or `slack_file` [json-pointer:/blocks/0]',
    ],
    [
      'eleven context items',
      { type: 'context', elements: Array(11).fill(mrkdwn(1)) },
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'markdown of 12,001',
      { type: 'markdown', text: 'x'.repeat(12_001) },
      'must be less than 12001 characters [json-pointer:/blocks/0/text]',
    ],
    [
      'an alert of its own level',
      { type: 'alert', text: mrkdwn(1), level: 'fatal' },
      'value must be one of: default, info, warning, error, success [json-pointer:/blocks/0/level]',
    ],
    [
      'an empty card',
      { type: 'card', subtitle: mrkdwn(1) },
      'must define either `hero_image` or `title` or `actions` or `body` [json-pointer:/blocks/0]',
    ],
    [
      'a card body of 201',
      { type: 'card', body: mrkdwn(201) },
      'must be less than 201 characters [json-pointer:/blocks/0/body/text]',
    ],
    [
      'a task of its own status',
      task({ status: 'done' }),
      'value must be one of: pending, in_progress, complete, error [json-pointer:/blocks/0/status]',
    ],
    [
      'a plan of sections',
      { type: 'plan', title: 'x', tasks: [{ type: 'section', text: plain(1) }] },
      'unsupported type: section [json-pointer:/blocks/0/tasks/0/type]',
    ],
    [
      'eleven cards',
      { type: 'carousel', elements: Array(11).fill({ type: 'card', title: mrkdwn(1) }) },
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a container of containers',
      { type: 'container', title: plain(1), child_blocks: [{ type: 'container' }] },
      'unsupported type: container [json-pointer:/blocks/0/child_blocks/0/type]',
    ],
    ['a block that is no object', 'divider', 'must provide an object [json-pointer:/blocks/0]'],
  ])('refuse %s', (_name, block, line) => {
    expect(problems(block)).toContain(line);
  });

  it('hold 50 blocks in a message and 100 in a view', () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ type: 'divider' }));
    expect(problems(...many(50))).toEqual([]);
    expect(problems(...many(51))).toEqual(['no more than 50 items allowed [json-pointer:/blocks]']);
    const view = { type: 'home', blocks: many(100) };
    expect(checkView(view, 'home')).toEqual([]);
    expect(checkView({ ...view, blocks: many(101) }, 'home')).toContain(
      'no more than 100 items allowed [json-pointer:/view/blocks]',
    );
  });

  it('want block ids to differ within a message', () => {
    const lines = problems({ type: 'divider', block_id: 'x' }, { type: 'divider', block_id: 'x' });
    expect(lines).toEqual(['block_id already exists: x [json-pointer:/blocks/1/block_id]']);
  });

  it('let one action_id stand in two blocks', () => {
    expect(problems(actions(button()), actions(button()))).toEqual([]);
  });

  it('bound all text of a message together', () => {
    const sections = Array.from({ length: 5 }, () => ({ type: 'section', text: mrkdwn(2900) }));
    expect(checkBlocks(sections, 'message')?.error).toBe('msg_blocks_too_long');
    expect(checkBlocks(sections, 'modal')).toBeNull();
  });

  it('keep message-only blocks out of modals', () => {
    expect(checkBlocks([{ type: 'markdown', text: 'x' }], 'modal')?.lines).toEqual([
      'unsupported type: markdown [json-pointer:/blocks/0/type]',
    ]);
  });

  it('want a modal with inputs to have a submit button, and short titles', () => {
    const input = { type: 'input', label: plain('Why?'), element: { type: 'plain_text_input' } };
    const modal = { type: 'modal', title: plain(24), blocks: [input] };
    expect(checkView(modal, 'modal')).toHaveLength(1);
    expect(checkView({ ...modal, submit: plain('Go') }, 'modal')).toEqual([]);
    expect(checkView({ ...modal, submit: plain('Go'), title: plain(25) }, 'modal')).toEqual([
      'must be less than 25 characters [json-pointer:/view/title/text]',
    ]);
  });
});

describe('message metadata', () => {
  it.each([
    [
      { event_type: 'incident', event_payload: { id: 'INC-1', n: 1, ok: true, list: [{ a: 1 }], flat: { b: 'c' } } },
      null,
    ],
    [{ event_type: 'incident', event_payload: {} }, null],
    [{ event_type: 'has spaces', event_payload: {} }, 'invalid_metadata_schema'],
    [{ event_type: 'incident' }, 'invalid_metadata_schema'],
    [{ event_type: 'incident', event_payload: { deep: { er: { than: 1 } } } }, 'invalid_metadata_schema'],
    [{ event_type: 'incident', event_payload: { none: null } }, 'invalid_metadata_schema'],
    [{ event_type: 'incident', event_payload: {}, more: 1 }, 'invalid_metadata_format'],
    ['incident', 'invalid_metadata_format'],
    [{ event_type: 'incident', event_payload: { text: 'x'.repeat(16_000) } }, 'metadata_too_large'],
  ])('%j is %s', (metadata, verdict) => {
    expect(checkMetadata(metadata)).toBe(verdict);
  });
});
