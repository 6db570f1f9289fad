import type { OnCall } from '../../ports/directory.ts';
import type { PagerDutyApi } from './api.ts';

const MOST = 25;

type Answer = { oncalls?: { escalation_level?: number; user?: User | null }[] };
type User = { id?: string; summary?: string; name?: string; email?: string };

/** Who is on call now, by PagerDuty's REST API: of a schedule, everybody of its lowest level that has somebody. */
export function createOnCall(api: PagerDutyApi): OnCall {
  return {
    async now(schedule) {
      const path = `/oncalls?schedule_ids[]=${encodeURIComponent(schedule)}&include[]=users&earliest=true&limit=${MOST}`;
      const read = await api.get(path);
      if (!read.ok) return read;
      const { oncalls = [] } = read.value as Answer;
      const users = oncalls.flatMap(({ user }) => (user?.id ? [{ ...user, id: user.id }] : []));
      const byId = new Map(users.map((user) => [user.id, user]));
      const people = [...byId.values()].map(({ id, name, summary, email }) => ({
        id,
        name: name ?? summary ?? id,
        email: email ?? null,
      }));
      return { ok: true, value: people };
    },
  };
}
