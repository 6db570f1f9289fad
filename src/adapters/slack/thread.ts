import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { headOf } from '../../domain/cut-text.ts';
import type { TimelineEntry } from '../../domain/incident.ts';
import type { Delivery } from '../../ports/chat.ts';
import { LIMITS, present, section } from './views/blocks.ts';
import { cutMarkup, escapeText } from './views/escape.ts';
import { timelineLine } from './views/explanation.ts';

/** A PNG; `altText` says in words what it shows. */
export type ThreadPicture = { png: Buffer; fileName: string; title: string; altText: string };

type Where = { channel: string; ts: string };

/** Timeline lines as one message in the thread. Rejects with Slack's errors. */
export async function replyInThread(client: WebClient, where: Where, lines: TimelineEntry[]): Promise<Delivery> {
  const words = lines.map(timelineLine);
  const text = cutMarkup(lines.map((line) => escapeText(line.message, 200)).join(' · '), 500);
  const sent = await client.chat.postMessage({
    channel: where.channel,
    thread_ts: where.ts,
    text,
    blocks: inSections(words),
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  });
  return { ok: true, channel: where.channel, ts: sent.ts ?? where.ts };
}

/** As many sections as the lines need; what would make the message too long stays in Why?. */
function inSections(lines: string[]): KnownBlock[] {
  const sections: string[][] = [[]];
  let length = 0;
  for (const line of lines) {
    if (length + line.length > LIMITS.sectionText - 100) {
      sections.push([]);
      length = 0;
    }
    sections.at(-1)?.push(line);
    length += line.length + 1;
  }
  return present(sections.slice(0, 4).map((part) => section(part)));
}

/** A picture into the thread; `file` is its id, by which blocks may show it again. Rejects with Slack's errors. */
export async function shareInThread(client: WebClient, where: Where, image: ThreadPicture): Promise<Delivery> {
  const uploaded = await client.filesUploadV2({
    channel_id: where.channel,
    thread_ts: where.ts,
    file: image.png,
    filename: image.fileName,
    title: headOf(image.title, 200),
    alt_text: headOf(image.altText, 1_000),
  });
  const file = uploaded.files?.[0]?.files?.[0]?.id;
  return { ok: true, channel: where.channel, ts: where.ts, ...(file ? { file } : {}) };
}

/** A picture that no message shows yet; its id, by which blocks may show it. Rejects with Slack's errors. */
export async function uploadPicture(client: WebClient, image: ThreadPicture): Promise<string | null> {
  const uploaded = await client.filesUploadV2({
    file: image.png,
    filename: image.fileName,
    title: headOf(image.title, 200),
    alt_text: headOf(image.altText, 1_000),
  });
  return uploaded.files?.[0]?.files?.[0]?.id ?? null;
}
