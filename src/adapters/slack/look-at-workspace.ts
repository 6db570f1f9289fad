import { channelNamed, isChannelId } from './channel.ts';
import type { SlackLog } from './log.ts';
import { createWebClient, slackFailure } from './web-client.ts';

/** What Slack says of the app's token and of the channel. `scopes` null: it didn't say. */
export type Workspace = {
  team: string;
  scopes: string[] | null;
  channel: { id: string; name: string; archived: boolean; member: boolean } | null;
};

/** Looks, and changes nothing. Rejects with an Error in words for the operator. */
export async function lookAtWorkspace(settings: {
  token: string;
  slackApiUrl?: string | undefined;
  /** An id, or a name with or without `#`. */
  channel: string;
  timeoutMs: number;
  log: SlackLog;
}): Promise<Workspace> {
  const client = createWebClient(settings);
  const auth = await inWords(() => client.auth.test());
  const scopes = auth.response_metadata?.scopes;
  const base = { team: String(auth.team ?? ''), scopes: scopes && scopes.length > 0 ? scopes : null };
  try {
    const found = isChannelId(settings.channel)
      ? (await client.conversations.info({ channel: settings.channel })).channel
      : await channelNamed(client, settings.channel.replace(/^#/, ''), { archived: true });
    if (!found?.id) return { ...base, channel: null };
    const channel = {
      ...{ id: found.id, name: found.name ?? '' },
      ...{ archived: found.is_archived === true, member: found.is_member === true },
    };
    return { ...base, channel };
  } catch (error) {
    const failure = slackFailure(error);
    if (failure.code === 'channel_not_found') return { ...base, channel: null };
    throw new Error(failure.message);
  }
}

/** Whether Slack opens a socket for the app token; it isn't joined. Rejects with an Error in words. */
export async function trySocketMode(settings: {
  appToken: string;
  slackApiUrl?: string | undefined;
  timeoutMs: number;
  log: SlackLog;
}): Promise<void> {
  const client = createWebClient({ ...settings, token: settings.appToken });
  await inWords(() => client.apps.connections.open({}));
}

async function inWords<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new Error(slackFailure(error).message);
  }
}
