import type { WebClient } from '@slack/web-api';

/** Slack's names for kinds of messages. The payload of an incident's one message is `{ id: <incident id> }`, that of a post that rings has what it is about, too. */
export const MESSAGE_EVENT = 'nightshift_incident';
export const CALL_EVENT = 'nightshift_call';
export const LIST_EVENT = 'nightshift_list';

/** What a message says of itself, where people don't see it. */
export type MessageMark = { event_type: string; event_payload: { id: string; about?: string } };

const MOST_PAGES = 5;
const PAGE = 200;

/**
 * A message that was posted with this mark, though nobody wrote down its `ts` (a crash, or an answer that never came). Null if there is none
 * since `sinceMs` (epoch ms). Rejects with Slack's errors.
 */
export async function findMessage(
  client: WebClient,
  channel: string,
  mark: MessageMark,
  sinceMs: number,
): Promise<string | null> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const history = await client.conversations.history({
      channel,
      oldest: (Math.max(0, sinceMs) / 1000).toFixed(6),
      include_all_metadata: true,
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    const mine = history.messages?.find((message) => isMarked(message.metadata, mark));
    if (mine?.ts) return mine.ts;
    cursor = history.response_metadata?.next_cursor;
    if (!history.has_more || !cursor) return null;
  }
  return null;
}

type Metadata = { event_type?: string; event_payload?: object } | undefined;

function isMarked(metadata: Metadata, mark: MessageMark): boolean {
  if (metadata?.event_type !== mark.event_type || !metadata.event_payload) return false;
  const { id, about } = metadata.event_payload as { id?: unknown; about?: unknown };
  return id === mark.event_payload.id && about === mark.event_payload.about;
}
