import type { Block, Json } from './model.ts';
import { isRecord } from './request-body.ts';

/** An interactive element in its block. */
export type Placed = { blockId: string; element: Json & { type: string; action_id: string } };

/** Every interactive element of some blocks, in the order shown. */
export function elementsOf(blocks: readonly Block[]): Placed[] {
  return blocks.flatMap((block) => {
    const held = [block.elements, block.actions, [block.accessory], [block.element]].flatMap((list) =>
      Array.isArray(list) ? list : [],
    );
    const cards = held.filter((entry) => isRecord(entry) && entry.type === 'card') as Block[];
    const own = held.filter(
      (entry): entry is Placed['element'] => isRecord(entry) && typeof entry.action_id === 'string',
    );
    const children = Array.isArray(block.child_blocks) ? (block.child_blocks as Block[]) : [];
    return [
      ...own.map((element) => ({ blockId: block.block_id ?? '', element })),
      ...elementsOf([
        ...cards.map((card) => ({ ...card, block_id: card.block_id ?? block.block_id ?? '' })),
        ...children,
      ]),
    ];
  });
}

/** All options of a select, an overflow, checkboxes or radio buttons; groups flattened. */
function optionsOf(element: Json): Json[] {
  const groups = Array.isArray(element.option_groups) ? (element.option_groups as { options: Json[] }[]) : [];
  return [
    ...(Array.isArray(element.options) ? (element.options as Json[]) : []),
    ...groups.flatMap((group) => group.options),
  ];
}

const asList = (raw: unknown): unknown[] => (Array.isArray(raw) ? raw : raw === null || raw === undefined ? [] : [raw]);
const idOf = (raw: unknown): unknown => (isRecord(raw) ? raw.value : raw);
const pick = (element: Json, raw: unknown): Json | null =>
  optionsOf(element).find((option) => option.value === idOf(raw)) ?? null;

const PLURALS: Readonly<Record<string, string>> = {
  multi_users_select: 'selected_users',
  multi_conversations_select: 'selected_conversations',
  multi_channels_select: 'selected_channels',
};
const SINGLES: Readonly<Record<string, string>> = {
  users_select: 'selected_user',
  conversations_select: 'selected_conversation',
  channels_select: 'selected_channel',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};

/** What Slack reports for an element once `raw` was chosen or typed: an option's value, a list of them, a text, a user id … */
function slackValue(element: Json & { type: string }, raw: unknown): Json {
  const { type } = element;
  const plural = PLURALS[type];
  if (plural !== undefined) return { type, [plural]: asList(raw) };
  const single = SINGLES[type];
  if (single !== undefined) return { type, [single]: raw ?? null };
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
    case 'overflow':
      return { type, selected_option: pick(element, raw) };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: asList(raw).flatMap((entry) => pick(element, entry) ?? []) };
    case 'datetimepicker':
      return { type, selected_date_time: typeof raw === 'number' ? raw : null };
    case 'rich_text_input':
      return { type, rich_text_value: typeof raw === 'string' && raw !== '' ? richTextOf(raw) : null };
    case 'file_input':
      return { type, files: [] };
    default:
      return { type, value: typeof raw === 'string' && raw !== '' ? raw : null };
  }
}

function richTextOf(text: string): Json {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] };
}

/** What an element holds before anybody touched it. */
function initialOf(element: Json): unknown {
  const given = [
    'initial_value',
    'initial_option',
    'initial_options',
    'initial_user',
    'initial_users',
    'initial_date',
    'initial_time',
  ];
  const more = [
    'initial_date_time',
    'initial_channel',
    'initial_channels',
    'initial_conversation',
    'initial_conversations',
  ];
  const key = [...given, ...more].find((name) => element[name] !== undefined);
  return key === undefined ? undefined : element[key];
}

const STATELESS = ['button', 'workflow_button', 'icon_button', 'feedback_buttons', 'overflow', 'image'];

/** `state.values` as Slack sends them: by block id and action id. `typed` has the same two levels, with raw values. */
export function stateValues(blocks: readonly Block[], typed: Json): Json {
  const values: Record<string, Json> = {};
  for (const { blockId, element } of elementsOf(blocks)) {
    if (STATELESS.includes(element.type)) continue;
    const block = typed[blockId];
    const raw = isRecord(block) && element.action_id in block ? block[element.action_id] : initialOf(element);
    values[blockId] = { ...values[blockId], [element.action_id]: slackValue(element, raw) };
  }
  return values;
}

/** One entry of `actions`, for an element that was used with `raw` (undefined: as it is, or its first option). */
export function actionFor({ blockId, element }: Placed, raw: unknown, actionTs: string): Json {
  const common = { type: element.type, action_id: element.action_id, block_id: blockId, action_ts: actionTs };
  const kept = (...keys: string[]): Json =>
    Object.fromEntries(keys.flatMap((key) => (element[key] === undefined ? [] : [[key, element[key]]])));
  if (element.type === 'button' || element.type === 'workflow_button' || element.type === 'icon_button') {
    return { ...common, ...kept('text', 'value', 'style', 'url') };
  }
  if (element.type === 'feedback_buttons') {
    const negative = (element.negative_button as Json).value;
    const chosen = raw === negative || raw === 'negative' ? element.negative_button : element.positive_button;
    return { ...common, text: (chosen as Json).text, value: (chosen as Json).value };
  }
  const chosen = raw ?? optionsOf(element)[0] ?? initialOf(element);
  return { ...common, ...slackValue(element, chosen), ...kept('placeholder', 'initial_option') };
}

/** Whether `raw` names an option that the element has; true for elements without options. */
export function isOffered(element: Json & { type: string }, raw: unknown): boolean {
  const options = optionsOf(element);
  return raw === undefined || options.length === 0 || asList(raw).every((entry) => pick(element, entry) !== null);
}
