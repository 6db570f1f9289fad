import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ContextBlock,
  ImageBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
} from '@slack/types';
import { cutMarkup, plain } from './escape.ts';

/** Slack's published limits, in characters unless said otherwise. */
export const LIMITS = {
  blocks: 50,
  sectionText: 3_000,
  buttonText: 75,
  optionText: 75,
  optionValue: 150,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  modalTitle: 24,
  /** All text of one message together. */
  message: 13_000,
} as const;

/** A message: `text` stands for it in notifications and where blocks aren't shown. */
export type Message = { text: string; blocks: KnownBlock[] };

/** `verbatim`: Slack must not find links, channels or people in it by itself; what is meant as one is written as one. */
export function mrkdwn(text: string, max: number = LIMITS.sectionText): MrkdwnElement {
  return { type: 'mrkdwn', text: cutMarkup(text, max), verbatim: true };
}

export function plainText(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: plain(text, max) || '–', emoji: false };
}

/** Lines of finished mrkdwn in one section; empty ones are dropped, and lines that don't fit are left out at the end. Null without any. */
export function section(lines: (string | null)[], max: number = LIMITS.sectionText): SectionBlock | null {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (!line) continue;
    if (kept.length > 0 && length + line.length + 1 > max - 2) {
      kept.push('…');
      break;
    }
    kept.push(cutMarkup(line, max - 2));
    length += line.length + 1;
  }
  return kept.length === 0 ? null : { type: 'section', text: mrkdwn(kept.join('\n')) };
}

/** Small print. */
export function context(lines: (string | null)[]): ContextBlock | null {
  const text = lines.filter(Boolean).join('  ·  ');
  return text === '' ? null : { type: 'context', elements: [mrkdwn(text, 1_500)] };
}

export function actions(blockId: string, elements: (ActionsBlockElement | null)[]): ActionsBlock | null {
  const present = elements.filter((element) => element !== null);
  return present.length === 0 ? null : { type: 'actions', block_id: blockId, elements: present };
}

export type ButtonLook = {
  style?: 'primary' | 'danger';
  confirm?: { title: string; text: string; yes: string } | null;
  label?: string;
};

/** `value` holds ids only: what is done is looked up when the click arrives. */
export function button(actionId: string, text: string, value: string, look: ButtonLook = {}): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: plain(text, LIMITS.buttonText), emoji: true },
    value,
    ...(look.label ? { accessibility_label: plain(look.label, LIMITS.buttonText) } : {}),
    ...(look.style ? { style: look.style } : {}),
    ...(look.confirm ? { confirm: confirm(look.confirm) } : {}),
  };
}

export function confirm(message: { title: string; text: string; yes: string }) {
  return {
    title: plainText(message.title, LIMITS.confirmTitle),
    text: plainText(message.text, LIMITS.confirmText),
    confirm: plainText(message.yes, 30),
    deny: plainText('Cancel', 30),
  };
}

/** An uploaded picture, by its file's id. */
export function picture(file: string, altText: string): ImageBlock {
  return { type: 'image', slack_file: { id: file }, alt_text: plainText(altText, 1_000).text };
}

/** Drops the absent ones. */
export function present(blocks: (KnownBlock | null)[]): KnownBlock[] {
  return blocks.filter((block) => block !== null);
}
