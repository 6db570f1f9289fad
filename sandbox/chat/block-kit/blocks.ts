import type { Json } from '../model.ts';
import { checkImageSource, IMAGE_FIELDS, mrkdwnText, plainText, text } from './composition.ts';
import { element, elements, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION } from './elements.ts';
import {
  asObject,
  boolean,
  type Check,
  checkShape,
  integer,
  list,
  object,
  oneOf,
  optional,
  required,
  type Shape,
  type Surface,
  say,
  shown,
  string,
  url,
} from './report.ts';
import { richText } from './rich-text.ts';

type Kind = { shape: Shape; also?: Check; surfaces?: readonly Surface[] };

const contextItem: Check = (report, value, at) => {
  const type = (value as Json | null)?.type;
  if (type === 'image') element(['image'])(report, value, at);
  else text(2000)(report, value, at);
};

const image = element(['image']);
const CELLS = ['raw_text', 'raw_number', 'rich_text'];

const cell: Check = (report, value, at) => {
  const found = asObject(report, value, at);
  if (found === null) return;
  if (!CELLS.includes(String(found.type))) return say(report, `${at}/type`, `unsupported type: ${String(found.type)}`);
  if (found.type === 'rich_text') return richText(report, found, at);
  const shape: Shape = { type: required(string(64)), text: required(shown(3000)) };
  const number = required((r, v, where) => {
    if (typeof v !== 'number') say(r, where, 'must provide a number');
  });
  checkShape(report, found, at, found.type === 'raw_number' ? { ...shape, value: number } : shape);
};

const needsOneOf =
  (...keys: string[]): Check =>
  (report, value, at) => {
    if (keys.every((key) => (value as Json)[key] === undefined))
      say(report, at, `must define either \`${keys.join('` or `')}\``);
  };

const rows = required(list(1, 100, list(1, 20, cell)));
const column = object({ align: optional(oneOf('left', 'center', 'right')), is_wrapped: optional(boolean) });
const source = object({ type: required(oneOf('url')), url: required(url(3000)), text: required(shown(150)) });

const TASK: Shape = {
  task_id: required(string(255, 1)),
  title: required(shown(256)),
  details: optional(richText),
  output: optional(richText),
  sources: optional(list(0, 10, source)),
  status: required(oneOf('pending', 'in_progress', 'complete', 'error')),
};

const CHILDREN = [
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];
const card: Check = (report, value, at) => blockOf(['card'])(report, value, at);
const child: Check = (report, value, at) => blockOf(CHILDREN)(report, value, at);
const task: Check = (report, value, at) => blockOf(['task_card'])(report, value, at);

/** Every block that Slack knows, by type. Surfaces are given where Slack restricts them. */
const BLOCKS: Readonly<Record<string, Kind>> = {
  actions: { shape: { elements: required(elements(25, IN_ACTIONS)) } },
  alert: {
    shape: { text: required(text(3000)), level: optional(oneOf('default', 'info', 'warning', 'error', 'success')) },
  },
  card: {
    shape: {
      hero_image: optional(image),
      icon: optional(image),
      title: optional(mrkdwnText(150)),
      subtitle: optional(mrkdwnText(150)),
      body: optional(mrkdwnText(200)),
      actions: optional(elements(25, ['button'])),
    },
    also: needsOneOf('hero_image', 'title', 'actions', 'body'),
  },
  carousel: { shape: { elements: required(list(1, 10, card)) } },
  container: {
    shape: {
      title: optional(plainText(150)),
      rich_text_title: optional(richText),
      subtitle: optional(text(150)),
      child_blocks: required(list(1, 10, child)),
      width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
      icon: optional(image),
      is_collapsible: optional(boolean),
      default_collapsed: optional(boolean),
      has_header_divider: optional(boolean),
    },
    also: needsOneOf('title', 'rich_text_title'),
  },
  context: { shape: { elements: required(list(1, 10, contextItem)) } },
  context_actions: { shape: { elements: required(elements(5, IN_CONTEXT_ACTIONS)) }, surfaces: ['message'] },
  data_table: {
    shape: {
      rows,
      caption: required(shown(2000)),
      page_size: optional(integer(1, 100)),
      row_header_column_index: optional(integer(0, 19)),
    },
  },
  divider: { shape: {} },
  file: { shape: { source: required(oneOf('remote')), external_id: required(string(255, 1)) }, surfaces: ['message'] },
  header: { shape: { text: required(plainText(150)) } },
  image: { shape: { ...IMAGE_FIELDS, title: optional(plainText(2000)) }, also: checkImageSource },
  input: {
    shape: {
      label: required(plainText(2000)),
      hint: optional(plainText(2000)),
      optional: optional(boolean),
      element: required(element(IN_INPUT)),
      dispatch_action: optional(boolean),
    },
  },
  markdown: { shape: { text: required(shown(12_000)) }, surfaces: ['message'] },
  plan: { shape: { title: required(shown(256)), tasks: optional(list(0, 50, task)) }, surfaces: ['message'] },
  rich_text: { shape: {}, also: richText },
  section: {
    shape: {
      text: optional(text(3000)),
      fields: optional(list(1, 10, text(2000))),
      accessory: optional(element(IN_SECTION)),
      expand: optional(boolean),
    },
    also: needsOneOf('text', 'fields'),
  },
  table: { shape: { rows, column_settings: optional(list(0, 20, column)) }, surfaces: ['message'] },
  task_card: { shape: TASK, surfaces: ['message'] },
  video: {
    shape: {
      video_url: required(url(3000)),
      thumbnail_url: required(url(3000)),
      alt_text: required(string(2000, 1)),
      title: required(plainText(199)),
      title_url: optional(url(3000)),
      author_name: optional(string(49)),
      provider_name: optional(string(255)),
      provider_icon_url: optional(url(3000)),
      description: optional(plainText(200)),
    },
  },
};

const COMMON: Shape = { type: required(string(64)), block_id: optional(string(255, 1)) };

/** A block of one of the given types, or of any. */
export const blockOf =
  (allowed: readonly string[] | 'any'): Check =>
  (report, value, at) => {
    const found = asObject(report, value, at);
    if (found === null) return;
    const type = String(found.type);
    const kind = allowed === 'any' || allowed.includes(type) ? BLOCKS[type] : undefined;
    if (kind === undefined || (kind.surfaces !== undefined && !kind.surfaces.includes(report.surface))) {
      return say(report, `${at}/type`, `unsupported type: ${type}`);
    }
    if (type !== 'rich_text') checkShape(report, found, at, { ...COMMON, ...kind.shape });
    kind.also?.(report, found, at);
  };
