import type { Logger } from 'pino';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { Directory, OnCall } from '../ports/directory.ts';
import { within } from '../timing/within.ts';
import { type ApproverBook, createApproverBook } from './approver-book.ts';
import type { Settings } from './settings.ts';

const AT_START_MS = 5_000;
const GROUPS_EVERY_MS = 5 * 60_000;
/** A shift may have changed. */
const SCHEDULES_EVERY_MS = 60_000;

export type Approvers = ApproverBook & {
  everyMs: number;
  isAny(user: string): boolean;
  in(policy: ServicePolicy): ServicePolicy;
};

/** Who the configuration's approvers are, read before anything can be approved and again every few minutes. */
export async function startApprovers(
  settings: Settings,
  { directory, onCall }: { directory?: Directory | undefined; onCall?: OnCall | undefined },
  log: Logger,
): Promise<Approvers> {
  const approving = [
    ...settings.approvers,
    ...settings.services.flatMap(({ approvers = [] }) => approvers),
    ...settings.approvals.flatMap(({ approvers = [] }) => approvers),
  ];
  const book = createApproverBook({
    ids: [...new Set([...approving, ...settings.break_glass])],
    directory: directory ?? null,
    onCall: onCall ?? null,
    pagerDutyUsers: settings.pagerduty_users,
    now: Date.now,
  });
  const look = async () => {
    const before = book.notes().join('\n');
    await book.look();
    for (const note of book.notes()) if (!before.includes(note)) log.warn({ note }, 'who may approve');
  };
  await within(
    look().catch((error: unknown) => log.warn({ err: error }, 'who may approve could not be read')),
    AT_START_MS,
  );
  return {
    ...book,
    look,
    everyMs: approving.some((id) => id.startsWith('pagerduty:')) ? SCHEDULES_EVERY_MS : GROUPS_EVERY_MS,
    isAny: (user) => book.people(approving).includes(user),
    in(policy) {
      const approvers = book.people(policy.approvers);
      const isSame =
        approvers.length === policy.approvers.length && approvers.every((one) => policy.approvers.includes(one));
      return {
        ...policy,
        approvers,
        ...(isSame ? {} : { named: policy.approvers }),
        ...(policy.breakGlass ? { breakGlass: book.people(policy.breakGlass) } : {}),
      };
    },
  };
}
