import { isChannelId } from '../adapters/slack/channel.ts';
import { lookAtWorkspace, trySocketMode } from '../adapters/slack/look-at-workspace.ts';
import type { Environment } from '../app/environment.ts';
import { type Check, right, tried, wrong } from './check.ts';

/** What each scope of manifest.yml is for. */
const SCOPES: Record<string, string> = {
  'chat:write': 'posting and editing messages',
  commands: '/heal',
  'channels:history': 'finding a message that was posted just before a crash',
  'channels:read': 'finding the channel by its name',
  'files:write': 'charts',
};
const TIMEOUT_MS = 5_000;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The token, each scope, the channel (there, open, with the app in it) and how clicks are heard. Nothing is posted. */
export async function examineSlack(env: Environment, routed: string[] = []): Promise<Check[]> {
  const { SLACK_BOT_TOKEN: token, SLACK_CHANNEL: channel, SLACK_API_URL: slackApiUrl } = env;
  if (!token || !channel)
    return [
      wrong('a chat is configured', 'set SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET (or SLACK_APP_TOKEN) and SLACK_CHANNEL'),
    ];
  const settings = { slackApiUrl, timeoutMs: TIMEOUT_MS, log: quiet };
  const checks: Check[] = [];
  try {
    const workspace = await lookAtWorkspace({ ...settings, token, channel });
    checks.push(right(`Slack answers${workspace.team ? `, workspace ${workspace.team}` : ''}`));
    checks.push(...scopes(workspace.scopes, isChannelId(channel)), ...channelChecks(channel, workspace.channel));
    for (const one of new Set(routed))
      checks.push(...channelChecks(one, (await lookAtWorkspace({ ...settings, token, channel: one })).channel));
  } catch (error) {
    const mend = 'check SLACK_BOT_TOKEN, and install the app again from manifest.yml if a scope is missing';
    checks.push(wrong('Slack answers', `${error instanceof Error ? error.message : String(error)}; ${mend}`));
  }
  if (env.SLACK_APP_TOKEN) {
    const appToken = env.SLACK_APP_TOKEN;
    const mend =
      'SLACK_APP_TOKEN must be an app-level token (xapp-…) with connections:write, and socket mode turned on';
    checks.push(await tried('clicks are heard by socket mode', () => trySocketMode({ ...settings, appToken }), mend));
  } else if (env.SLACK_SIGNING_SECRET)
    checks.push(
      /^[0-9a-f]{32}$/.test(env.SLACK_SIGNING_SECRET)
        ? right('clicks are heard over HTTP, signed')
        : wrong(
            'SLACK_SIGNING_SECRET looks like a signing secret',
            'it has 32 digits from 0 to f: take "Signing Secret" from the app\'s Basic Information, not the verification token or the client secret',
          ),
    );
  else checks.push(wrong('clicks are heard', 'set SLACK_SIGNING_SECRET or SLACK_APP_TOKEN'));
  return checks;
}

function scopes(held: string[] | null, channelIsId: boolean): Check[] {
  if (held === null) return [];
  const missing = Object.keys(SCOPES).filter(
    (scope) => !held.includes(scope) && !(scope === 'channels:read' && channelIsId),
  );
  if (missing.length === 0) return [right('the app has every scope that it needs')];
  return missing.map((scope) =>
    wrong(
      `the app has the scope ${scope} (${SCOPES[scope]})`,
      'add it under OAuth & Permissions, and install the app again',
    ),
  );
}

function channelChecks(
  asked: string,
  channel: { id: string; name: string; archived: boolean; member: boolean } | null,
): Check[] {
  if (channel === null)
    return [
      wrong(
        `the channel ${asked} is there`,
        'no such channel can be seen: check SLACK_CHANNEL (its id is safest: a renamed channel keeps it); a private one is seen only when the app is in it',
      ),
    ];
  if (channel.archived)
    return [
      wrong(`the channel #${channel.name} is open`, 'it is archived: unarchive it, or name another as SLACK_CHANNEL'),
    ];
  if (!channel.member) return [wrong(`the app is in #${channel.name}`, 'type /invite @nightshift in that channel')];
  return [right(`the channel #${channel.name} is there, and the app is in it`)];
}
