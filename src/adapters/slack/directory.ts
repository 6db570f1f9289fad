import type { Directory, MemberKind, Read } from '../../ports/directory.ts';
import type { SlackLog } from './log.ts';
import { createWebClient, slackFailure } from './web-client.ts';

type User = {
  deleted?: boolean;
  is_bot?: boolean;
  is_restricted?: boolean;
  is_ultra_restricted?: boolean;
  is_stranger?: boolean;
  is_workflow_bot?: boolean;
  team_id?: string;
};

/** Slack's user groups (`usergroups:read`) and members (`users:read`, and `users:read.email` for addresses). Expected failures are values. */
export function createSlackDirectory(settings: {
  token: string;
  slackApiUrl?: string | undefined;
  timeoutMs?: number;
  log: SlackLog;
}): Directory {
  const client = createWebClient({ ...settings, timeoutMs: settings.timeoutMs ?? 5_000, perSecond: null });
  let team: string | undefined;
  const own = async () => (team ??= (await client.auth.test()).team_id);
  return {
    group: (id) =>
      read('usergroups:read', async () => (await client.usergroups.users.list({ usergroup: id })).users ?? []),
    member: (id) =>
      read('users:read', async () => kindOf((await client.users.info({ user: id })).user ?? {}, await own())),
    async byEmail(email) {
      const found = await read('users:read.email', async () => (await client.users.lookupByEmail({ email })).user?.id);
      if (!found.ok) return found.message.includes('users_not_found') ? { ok: true, value: null } : found;
      return { ok: true, value: found.value ?? null };
    },
  };
}

function kindOf(user: User, team: string | undefined): MemberKind {
  if (user.deleted) return 'gone';
  if (user.is_bot || user.is_workflow_bot) return 'bot';
  if (user.is_stranger || (team !== undefined && user.team_id !== undefined && user.team_id !== team))
    return 'outsider';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}

async function read<T>(scope: string, call: () => Promise<T>): Promise<Read<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    const { code, message } = slackFailure(error);
    const mend = code === 'missing_scope' ? `: add the scope ${scope} and install the app again` : '';
    return { ok: false, message: `${message}${mend}` };
  }
}
