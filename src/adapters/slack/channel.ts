import type { WebClient } from '@slack/web-api';

/** Looks up a channel's id once; editing and reading want the id, people configure the name. */
export type ChannelId = () => Promise<string>;

const MOST_PAGES = 25;

/** `channel` is an id (C…, G…) or a name with or without `#`. Rejects with Slack's errors, and with ChannelUnknown when no channel has that name. */
export function channelId(client: WebClient, channel: string): ChannelId {
  let known: string | null = isChannelId(channel) ? channel : null;
  return async () => {
    known ??= await idOf(client, channel.replace(/^#/, ''));
    return known;
  };
}

export class ChannelUnknown extends Error {
  override readonly name = 'ChannelUnknown';
}

/** Ids, as against names with or without `#`. */
export const isChannelId = (channel: string): boolean => /^[CGD][A-Z0-9_]{2,}$/.test(channel);

async function idOf(client: WebClient, name: string): Promise<string> {
  const found = await channelNamed(client, name, { archived: false });
  if (found?.id) return found.id;
  throw new ChannelUnknown(
    `no channel is called #${name}; give its id (C…) as SLACK_CHANNEL, and invite the app if it is private`,
  );
}

/** The channel of that name among those that the app sees, the archived ones too where asked; null when there is none. Rejects with Slack's errors. */
export async function channelNamed(client: WebClient, name: string, { archived }: { archived: boolean }) {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const found = await client.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: !archived,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const match = found.channels?.find((one) => one.name === name);
    if (match?.id) return match;
    cursor = found.response_metadata?.next_cursor;
    if (!cursor) return null;
  }
  return null;
}
