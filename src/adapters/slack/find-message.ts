import type { WebClient } from '@slack/web-api';

/** Slack's name for the kind of message; its payload is `{ id: <incident id> }`. */
export const MESSAGE_EVENT = 'nightshift_incident';

const MOST_PAGES = 5;
const PAGE = 200;

/**
 * A message that was posted for this incident, though nobody wrote down its `ts` (a crash, or an answer that never came). Null if there is none
 * since `sinceMs` (epoch ms). Rejects with Slack's errors.
 */
export async function findMessage(
  client: WebClient,
  channel: string,
  incidentId: string,
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
    const mine = history.messages?.find((message) => isFor(message.metadata, incidentId));
    if (mine?.ts) return mine.ts;
    cursor = history.response_metadata?.next_cursor;
    if (!history.has_more || !cursor) return null;
  }
  return null;
}

type Metadata = { event_type?: string; event_payload?: object } | undefined;

function isFor(metadata: Metadata, incidentId: string): boolean {
  if (metadata?.event_type !== MESSAGE_EVENT || !metadata.event_payload) return false;
  return 'id' in metadata.event_payload && metadata.event_payload.id === incidentId;
}
