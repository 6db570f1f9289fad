import {
  asObject,
  boolean,
  type Check,
  checkShape,
  list,
  object,
  oneOf,
  optional,
  required,
  type Shape,
  say,
  shown,
  string,
  url,
} from './report.ts';

const PLAIN = (max: number): Shape => ({
  type: required(oneOf('plain_text')),
  text: required(shown(max)),
  emoji: optional(boolean),
});
const MRKDWN = (max: number): Shape => ({
  type: required(oneOf('mrkdwn')),
  text: required(shown(max)),
  verbatim: optional(boolean),
});

export const plainText = (max: number): Check => object(PLAIN(max));
export const mrkdwnText = (max: number): Check => object(MRKDWN(max));

/** plain_text or mrkdwn. */
export const text =
  (max: number): Check =>
  (report, value, at) => {
    const found = asObject(report, value, at);
    if (found === null) return;
    if (found.type !== 'plain_text' && found.type !== 'mrkdwn')
      return say(report, `${at}/type`, `unsupported type: ${String(found.type)}`);
    checkShape(report, found, at, found.type === 'mrkdwn' ? MRKDWN(max) : PLAIN(max));
  };

/** A confirmation dialog. */
export const confirm: Check = object({
  title: optional(plainText(100)),
  text: required(text(300)),
  confirm: optional(plainText(30)),
  deny: optional(plainText(30)),
  style: optional(oneOf('primary', 'danger')),
});

/** An option; `words` is text or plain_text as the element allows, and only an overflow's option has a `url`. */
export const option = (words: Check, withUrl = false): Check => {
  const shape: Shape = { text: required(words), value: required(string(150, 1)), description: optional(text(75)) };
  return object(withUrl ? { ...shape, value: optional(string(150)), url: optional(url(3000)) } : shape);
};

export const optionGroup: Check = object({
  label: required(plainText(75)),
  options: required(list(1, 100, option(plainText(75)))),
});

export const dispatchConfig: Check = object({
  trigger_actions_on: optional(list(1, 2, oneOf('on_enter_pressed', 'on_character_entered'))),
});

/** Exactly one of `id` and `url`. */
const slackFile: Check = (report, value, at) => {
  const found = asObject(report, value, at);
  if (found === null) return;
  checkShape(report, found, at, { id: optional(string(255, 1)), url: optional(url(3000)) });
  if ((found.id === undefined) === (found.url === undefined))
    say(report, at, 'must define exactly one of `id` or `url`');
};

/** Fields that an image has in common, as an element and as a block. */
export const IMAGE_FIELDS: Shape = {
  alt_text: required(string(2000)),
  image_url: optional(url(3000)),
  slack_file: optional(slackFile),
};

/** An image names its source once. */
export const checkImageSource: Check = (report, value, at) => {
  const found = value as Record<string, unknown>;
  if ((found.image_url === undefined) === (found.slack_file === undefined)) {
    say(report, at, 'must define exactly one of `image_url` or `slack_file`');
  }
};
