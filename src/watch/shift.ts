import { lastShift, type Shifts } from '../domain/shift-end.ts';
import type { Chat } from '../ports/chat.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { WatchDeps } from './deps.ts';

const MOST_LISTED = 200;
/** Longer than a day: a shift of its name is told once. */
const KEEP_MS = 3 * 86_400_000;
/** Who was away that long leaves it: the next person has begun. */
const LATE_MS = 3_600_000;

type Shift = {
  deps: Pick<WatchDeps, 'store' | 'clock' | 'log'> & { chat: Pick<Chat, 'handover'> };
  heardOnce: HeardOnce;
  shifts: Shifts;
};

/** Tells the channel at a shift's end what the next person should know, once for all replicas. Each may ask as often as it likes. */
export async function tellShift({ deps, heardOnce, shifts }: Shift): Promise<void> {
  const now = deps.clock.now();
  const shift = lastShift(shifts, now);
  if (!shift || now - shift.to > LATE_MS) return;
  const name = `shift ${shift.to}`;
  if (!(await heardOnce.first(name, KEEP_MS))) return;
  const { store } = deps;
  const [open, recent, pause] = await Promise.all([
    store.listOpen(MOST_LISTED),
    store.list({ since: shift.from, limit: MOST_LISTED }),
    store.pauseState(),
  ]);
  const sent = await deps.chat.handover({ open, recent, pause, since: shift.from });
  if (sent.ok) return;
  deps.log.warn({ why: sent.message }, 'the hand-over could not be posted; it is tried again');
  await heardOnce.forget(name);
}
