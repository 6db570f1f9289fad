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
  say,
  shown,
  string,
  url,
} from './report.ts';

const STYLE: Shape = {
  style: optional(
    object({
      bold: optional(boolean),
      italic: optional(boolean),
      strike: optional(boolean),
      code: optional(boolean),
      underline: optional(boolean),
      highlight: optional(boolean),
      client_highlight: optional(boolean),
      unlink: optional(boolean),
    }),
  ),
};
const id = required(string(255, 1));

const INLINE: Readonly<Record<string, Shape>> = {
  text: { text: required(shown(40_000)) },
  link: { url: required(url(3000)), text: optional(shown(3000)), unsafe: optional(boolean) },
  emoji: { name: id, unicode: optional(string(100)), url: optional(url(3000)), skin_tone: optional(integer(1, 6)) },
  user: { user_id: id },
  usergroup: { usergroup_id: id },
  channel: { channel_id: id },
  team: { team_id: id },
  broadcast: { range: required(oneOf('here', 'channel', 'everyone')) },
  color: { value: required(string(9, 1)) },
  date: {
    timestamp: required(integer(0, 9_999_999_999)),
    format: required(string(300, 1)),
    url: optional(url(3000)),
    fallback: optional(string(300)),
  },
};

/** One of several shapes, told apart by `type`. */
const byType =
  (shapes: () => Readonly<Record<string, Shape>>): Check =>
  (report, value, at) => {
    const found = asObject(report, value, at);
    if (found === null) return;
    const shape = shapes()[String(found.type)];
    if (shape === undefined) return say(report, `${at}/type`, `unsupported type: ${String(found.type)}`);
    checkShape(report, found, at, shape, ['type']);
  };

const inline: Check = (report, value, at) => byType(() => withStyle(INLINE))(report, value, at);
const border = optional(integer(0, 1));
const spans = required(list(0, 1000, inline));

const CONTAINERS: Readonly<Record<string, Shape>> = {
  rich_text_section: { elements: spans },
  rich_text_quote: { elements: spans, border },
  rich_text_preformatted: { elements: spans, border, language: optional(string(64)) },
  rich_text_list: {
    elements: required(list(0, 1000, (report, value, at) => container(report, value, at))),
    style: required(oneOf('bullet', 'ordered')),
    indent: optional(integer(0, 8)),
    offset: optional(integer(0, 10_000)),
    border,
  },
};
const container: Check = byType(() => CONTAINERS);

function withStyle(shapes: Readonly<Record<string, Shape>>): Record<string, Shape> {
  return Object.fromEntries(Object.entries(shapes).map(([type, shape]) => [type, { ...shape, ...STYLE }]));
}

/** A rich_text block, also where another block holds one. */
export const richText: Check = (report, value, at) => {
  const found = asObject(report, value, at);
  if (found === null) return;
  checkShape(report, found, at, {
    type: required(oneOf('rich_text')),
    block_id: optional(string(255, 1)),
    elements: required(list(0, 1000, container)),
  });
};
