import type { Block, Json } from '../model.ts';
import { blockOf } from './blocks.ts';
import { plainText } from './composition.ts';
import {
  asObject,
  boolean,
  type Check,
  checkShape,
  checkUnique,
  list,
  oneOf,
  optional,
  type Report,
  required,
  type Surface,
  say,
  string,
} from './report.ts';

/** Text in all blocks of a message together, in characters. */
const MESSAGE_CHARACTERS = 13_200;

export type BlocksProblem = { error: 'invalid_blocks' | 'msg_blocks_too_long'; lines: string[] };

/** Blocks against Slack's published limits; null when they pass, else Slack's error code and its lines, each with a JSON pointer. */
export function checkBlocks(blocks: unknown, surface: Surface): BlocksProblem | null {
  const report: Report = { surface, lines: [], characters: 0 };
  checkBlockList(report, blocks, '/blocks', surface === 'message' ? 50 : 100);
  if (report.lines.length > 0) return { error: 'invalid_blocks', lines: report.lines };
  if (surface === 'message' && report.characters > MESSAGE_CHARACTERS) {
    const words = `blocks hold ${report.characters} characters, at most ${MESSAGE_CHARACTERS} are allowed [json-pointer:/blocks]`;
    return { error: 'msg_blocks_too_long', lines: [words] };
  }
  return null;
}

function checkBlockList(report: Report, blocks: unknown, at: string, max: number): void {
  list(0, max, blockOf('any'))(report, blocks, at);
  if (!Array.isArray(blocks)) return;
  const ids = blocks.map((block: Json | null, index) => ({
    value: block?.block_id,
    at: `${at}/${index}/block_id`,
  }));
  checkUnique(report, ids, 'block_id');
}

const viewBlocks: Check = (report, value, at) => checkBlockList(report, value, at, 100);

const VIEW = {
  type: required(oneOf('modal', 'home')),
  blocks: required(viewBlocks),
  private_metadata: optional(string(3000)),
  callback_id: optional(string(255)),
  external_id: optional(string(255)),
};
const MODAL = {
  ...VIEW,
  title: required(plainText(24)),
  close: optional(plainText(24)),
  submit: optional(plainText(24)),
  clear_on_close: optional(boolean),
  notify_on_close: optional(boolean),
  submit_disabled: optional(boolean),
};

/** A modal or home view; an empty list means that it passes. */
export function checkView(view: unknown, surface: 'modal' | 'home'): string[] {
  const report: Report = { surface, lines: [], characters: 0 };
  const found = asObject(report, view, '/view');
  if (found === null) return report.lines;
  if (found.type !== surface) say(report, '/view/type', `must be ${surface}`);
  checkShape(report, found, '/view', surface === 'modal' ? MODAL : VIEW);
  const blocks = Array.isArray(found.blocks) ? (found.blocks as Block[]) : [];
  if (surface === 'modal' && found.submit === undefined && blocks.some((block) => block?.type === 'input')) {
    say(report, '/view', 'missing required field: submit, since there is an input block');
  }
  return report.lines;
}
