import type { WebClient } from '@slack/web-api';

/** Looks up a channel's id once; editing and reading want the id, people configure the name. */
export type ChannelId = () => Promise<string>;

const MOST_PAGES = 25;

/** `channel` is an id (C…, G…) or a name with or without `#`. Rejects with Slack's errors, and with ChannelUnknown when no channel has that name. */
export function channelId(client: WebClient, channel: string): ChannelId {
  let known: string | null = /^[CGD][A-Z0-9_]{2,}$/.test(channel) ? channel : null;
  return async () => {
    known ??= await findByName(client, channel.replace(/^#/, ''));
    return known;
  };
}

export class ChannelUnknown extends Error {
  override readonly name = 'ChannelUnknown';
}

async function findByName(client: WebClient, name: string): Promise<string> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await client.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const match = found.channels?.find((one) => one.name === name);
    if (match?.id) return match.id;
    cursor = found.response_metadata?.next_cursor;
    if (!cursor) break;
  }
  throw new ChannelUnknown(
    `no channel is called #${name}; give its id (C…) as SLACK_CHANNEL, and invite the app if it is private`,
  );
}
