import type { Directory, MemberKind, OnCall, Read } from '../ports/directory.ts';

export type ApproverBook = {
  /** The people behind ids of members, groups and schedules, as they were read last; who may start nothing (guests, bots, people of other workspaces) is left out. */
  people(ids: readonly string[]): string[];
  /** Reads all of it again. */
  look(): Promise<void>;
  /** What can't be read, and whom that leaves out, a line each. */
  notes(): string[];
};

type Parts = {
  ids: readonly string[];
  directory: Directory | null;
  onCall: OnCall | null;
  /** Who PagerDuty's people are in the chat. */
  pagerDutyUsers: Record<string, string>;
  now(): number;
};

/** What was read so long ago is no longer believed: whoever left a group in the meantime could still say yes. */
const BELIEVED_MS = 60 * 60_000;
const SCHEDULE = 'pagerduty:';
const MAY: MemberKind[] = ['member'];

type Known = { people: string[]; at: number };

/** Groups and schedules of the configuration, read every few minutes: the configuration names few of them, so all are kept. */
export function createApproverBook({ ids, directory, onCall, pagerDutyUsers, now }: Parts): ApproverBook {
  const known = new Map<string, Known>();
  const kinds = new Map<string, MemberKind>();
  let faults: string[] = [];

  const groups = [...new Set(ids.filter((id) => isGroup(id) || id.startsWith(SCHEDULE)))];
  const behind = (id: string): string[] => {
    if (!isGroup(id) && !id.startsWith(SCHEDULE)) return [id];
    const read = known.get(id);
    return read && now() - read.at <= BELIEVED_MS ? read.people : [];
  };
  const people = (asked: readonly string[]): string[] => [
    ...new Set(asked.flatMap(behind).filter((user) => MAY.includes(kinds.get(user) ?? 'member'))),
  ];
  return {
    people,
    notes: () => faults,
    async look() {
      const found: string[] = [];
      for (const id of groups) {
        const read = isGroup(id)
          ? await (directory?.group(id) ?? unread('there is no chat to ask'))
          : await onCallNow(id.slice(SCHEDULE.length), { directory, onCall, pagerDutyUsers }, found);
        if (read.ok) known.set(id, { people: read.value, at: now() });
        else found.push(`${nameOf(id)} can't be read: ${read.message}. ${whoIsLeft(known.get(id), now())}`);
        if (read.ok && read.value.length === 0) found.push(`${nameOf(id)} has nobody in it: nobody may approve by it`);
      }
      if (directory) found.push(...(await readKinds(directory, [...new Set(ids.flatMap(behind))], kinds)));
      faults = found;
    },
  };
}

const isGroup = (id: string): boolean => id.startsWith('S');
const nameOf = (id: string): string =>
  isGroup(id) ? `the user group ${id} among the approvers` : `the schedule ${id.slice(SCHEDULE.length)} of PagerDuty`;

const unread = async (message: string): Promise<Read<string[]>> => ({ ok: false, message });

const whoIsLeft = (known: Known | undefined, now: number): string =>
  known && now - known.at <= BELIEVED_MS
    ? 'Whoever was in it when it was read last may still approve, for an hour'
    : 'Nobody may approve by it';

/** By the configuration's own list, else by the address. */
async function onCallNow(
  schedule: string,
  { directory, onCall, pagerDutyUsers }: Pick<Parts, 'directory' | 'onCall' | 'pagerDutyUsers'>,
  faults: string[],
): Promise<Read<string[]>> {
  if (!onCall) return { ok: false, message: 'PAGERDUTY_API_TOKEN is not set' };
  const read = await onCall.now(schedule);
  if (!read.ok) return read;
  const users: string[] = [];
  for (const { id, name, email } of read.value) {
    const named = pagerDutyUsers[id];
    const byEmail = named === undefined && email !== null ? await directory?.byEmail(email) : undefined;
    const user = named ?? (byEmail?.ok ? byEmail.value : null);
    if (user) users.push(user);
    else
      faults.push(
        `${name} (${id}) is on call in PagerDuty, and who that is in Slack isn't known: name them in \`pagerduty_users\`${byEmail && !byEmail.ok ? ` (${byEmail.message})` : ''}`,
      );
  }
  return { ok: true, value: users };
}

/** Who they are is read one by one, and kept when it can't be read. */
async function readKinds(directory: Directory, users: string[], kinds: Map<string, MemberKind>): Promise<string[]> {
  const faults: string[] = [];
  for (const user of users) {
    const read = await directory.member(user);
    if (read.ok) kinds.set(user, read.value);
    else if (faults.length === 0)
      faults.push(`whether approvers are guests or of another workspace can't be read: ${read.message}`);
    if (!read.ok && read.message.includes('scope')) break;
  }
  for (const user of kinds.keys()) if (!users.includes(user)) kinds.delete(user);
  const out = users.filter((user) => !MAY.includes(kinds.get(user) ?? 'member'));
  return [
    ...faults,
    ...out.map((user) => `${user} is among the approvers and is a ${kinds.get(user)}: may start nothing`),
  ];
}
