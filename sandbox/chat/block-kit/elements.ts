import type { Json } from '../model.ts';
import {
  checkImageSource,
  confirm,
  dispatchConfig,
  IMAGE_FIELDS,
  option,
  optionGroup,
  plainText,
  text,
} from './composition.ts';
import {
  asObject,
  boolean,
  type Check,
  checkShape,
  checkUnique,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Report,
  required,
  type Shape,
  say,
  string,
  url,
} from './report.ts';
import { richText } from './rich-text.ts';

const ACTIONABLE: Shape = { type: required(string(64)), action_id: optional(string(255, 1)) };
const CONFIRMABLE: Shape = { confirm: optional(confirm) };
const FOCUSABLE: Shape = { focus_on_load: optional(boolean) };
const PLACEHOLDABLE: Shape = { placeholder: optional(plainText(150)) };
const MANY: Shape = { max_selected_items: optional(integer(1, 100)) };
const MENU: Shape = { ...ACTIONABLE, ...CONFIRMABLE, ...FOCUSABLE, ...PLACEHOLDABLE };
const INPUT: Shape = {
  ...ACTIONABLE,
  ...FOCUSABLE,
  ...PLACEHOLDABLE,
  dispatch_action_config: optional(dispatchConfig),
};
const menuOption = option(plainText(75));
const richOption = option(text(75));
const OPTIONS: Shape = {
  options: optional(list(1, 100, menuOption)),
  option_groups: optional(list(1, 100, optionGroup)),
};
const FILTER: Shape = {
  filter: optional(
    object({
      include: optional(list(1, 4, oneOf('im', 'mpim', 'private', 'public'))),
      exclude_external_shared_channels: optional(boolean),
      exclude_bot_users: optional(boolean),
    }),
  ),
  default_to_current_conversation: optional(boolean),
  response_url_enabled: optional(boolean),
};
const id = string(255, 1);
const feedback = object({
  text: required(plainText(75)),
  value: required(string(2000, 1)),
  accessibility_label: optional(string(75)),
});
const style = optional(oneOf('primary', 'danger'));
const label = optional(string(75));

/** Every element that Slack knows, by type: its fields and their limits (@slack/types 3.2 and the published reference). */
const ELEMENTS: Readonly<Record<string, Shape>> = {
  button: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    text: required(plainText(75)),
    value: optional(string(2000)),
    url: optional(url(3000)),
    style,
    accessibility_label: label,
  },
  workflow_button: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    text: required(plainText(75)),
    workflow: required(asObject),
    style,
    accessibility_label: label,
  },
  icon_button: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    icon: required(oneOf('trash')),
    text: required(plainText(75)),
    value: optional(string(2000)),
    visible_to_user_ids: optional(list(0, 100, id)),
    accessibility_label: label,
  },
  feedback_buttons: { ...ACTIONABLE, positive_button: required(feedback), negative_button: required(feedback) },
  overflow: { ...ACTIONABLE, ...CONFIRMABLE, options: required(list(1, 5, option(plainText(75), true))) },
  checkboxes: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    ...FOCUSABLE,
    options: required(list(1, 10, richOption)),
    initial_options: optional(list(1, 10, richOption)),
  },
  radio_buttons: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    ...FOCUSABLE,
    options: required(list(1, 10, richOption)),
    initial_option: optional(richOption),
  },
  static_select: { ...MENU, ...OPTIONS, initial_option: optional(menuOption) },
  multi_static_select: { ...MENU, ...OPTIONS, ...MANY, initial_options: optional(list(1, 100, menuOption)) },
  external_select: { ...MENU, initial_option: optional(menuOption), min_query_length: optional(integer(0, 100)) },
  multi_external_select: {
    ...MENU,
    ...MANY,
    initial_options: optional(list(1, 100, menuOption)),
    min_query_length: optional(integer(0, 100)),
  },
  users_select: { ...MENU, initial_user: optional(id) },
  multi_users_select: { ...MENU, ...MANY, initial_users: optional(list(0, 100, id)) },
  conversations_select: { ...MENU, ...FILTER, initial_conversation: optional(id) },
  multi_conversations_select: { ...MENU, ...MANY, ...FILTER, initial_conversations: optional(list(0, 100, id)) },
  channels_select: { ...MENU, initial_channel: optional(id), response_url_enabled: optional(boolean) },
  multi_channels_select: { ...MENU, ...MANY, initial_channels: optional(list(0, 100, id)) },
  datepicker: { ...MENU, initial_date: optional(string(10, 10)) },
  timepicker: { ...MENU, initial_time: optional(string(5, 5)), timezone: optional(string(64)) },
  datetimepicker: {
    ...ACTIONABLE,
    ...CONFIRMABLE,
    ...FOCUSABLE,
    initial_date_time: optional(integer(1e9, 9_999_999_999)),
  },
  plain_text_input: {
    ...INPUT,
    initial_value: optional(string(3000)),
    multiline: optional(boolean),
    min_length: optional(integer(0, 3000)),
    max_length: optional(integer(1, 3000)),
  },
  email_text_input: { ...INPUT, initial_value: optional(string(3000)) },
  url_text_input: { ...INPUT, initial_value: optional(string(3000)) },
  number_input: {
    ...INPUT,
    is_decimal_allowed: required(boolean),
    initial_value: optional(string(64)),
    min_value: optional(string(64)),
    max_value: optional(string(64)),
  },
  rich_text_input: {
    ...INPUT,
    initial_value: optional(richText),
    min_lines: optional(integer(1, 100)),
    max_lines: optional(integer(1, 100)),
  },
  file_input: { ...ACTIONABLE, filetypes: optional(list(0, 100, string(20))), max_files: optional(integer(1, 10)) },
  image: { type: required(string(64)), ...IMAGE_FIELDS },
};

const SELECTS = ['static_select', 'external_select', 'users_select', 'conversations_select', 'channels_select'];
const MULTI_SELECTS = SELECTS.map((type) => `multi_${type}`);
const PICKERS = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker', ...SELECTS, ...MULTI_SELECTS];
const TYPED = [
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
];

/** Which elements stand where. */
export const IN_ACTIONS: readonly string[] = [
  'button',
  'workflow_button',
  'overflow',
  'datetimepicker',
  'rich_text_input',
  ...PICKERS,
];
export const IN_SECTION: readonly string[] = ['button', 'workflow_button', 'overflow', 'image', ...PICKERS];
export const IN_INPUT: readonly string[] = ['datetimepicker', ...TYPED, ...PICKERS];
export const IN_CONTEXT_ACTIONS: readonly string[] = ['feedback_buttons', 'icon_button'];

/** An element of one of the allowed types. */
export const element =
  (allowed: readonly string[]): Check =>
  (report, value, at) => {
    const found = asObject(report, value, at);
    if (found === null) return;
    const shape = allowed.includes(String(found.type)) ? ELEMENTS[String(found.type)] : undefined;
    if (shape === undefined) return say(report, `${at}/type`, `unsupported type: ${String(found.type)}`);
    checkShape(report, found, at, shape);
    if (found.type === 'image') checkImageSource(report, found, at);
    if (String(found.type).endsWith('static_select')) checkOptionSource(report, found, at);
  };

/** Elements side by side: their action ids differ. */
export const elements =
  (max: number, allowed: readonly string[]): Check =>
  (report, value, at) => {
    list(1, max, element(allowed))(report, value, at);
    if (!Array.isArray(value)) return;
    const ids = value.map((entry, index) => ({
      value: (entry as Json | null)?.action_id,
      at: `${at}/${index}/action_id`,
    }));
    checkUnique(report, ids, 'action_id');
  };

function checkOptionSource(report: Report, found: Json, at: string): void {
  if ((found.options === undefined) === (found.option_groups === undefined)) {
    say(report, at, 'must define exactly one of `options` or `option_groups`');
  }
}
