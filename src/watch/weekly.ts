import { withoutRelapses } from '../domain/proof/repeats.ts';
import { weeklyReport } from '../domain/proof/weekly.ts';
import { type WorkingHours, weekBegin } from '../domain/proof/working-hours.ts';
import type { Chat } from '../ports/chat.ts';
import type { HeardOnce } from '../ports/heard-once.ts';
import type { WatchDeps } from './deps.ts';

const WEEK_MS = 7 * 86_400_000;
const LATELY_MS = 8 * WEEK_MS;
const MOST_ENDS = 50_000;
/** Longer than a week: one of its name is told once. */
const KEEP_MS = 5 * WEEK_MS;
/** Who was away that long leaves it: the news is old. */
const LATE_MS = 2 * 86_400_000;

type Weekly = {
  deps: Pick<WatchDeps, 'store' | 'clock' | 'log'> & { chat: Pick<Chat, 'weekly'> };
  heardOnce: HeardOnce;
  hours: WorkingHours;
};

/** Tells the channel of the week that has ended, once for all replicas, when working hours begin on the first working day after it. Each may ask as often as it likes. */
export async function tellWeek({ deps, heardOnce, hours }: Weekly): Promise<void> {
  const now = deps.clock.now();
  const to = weekBegin(hours, now);
  if (now < to || now - to > LATE_MS) return;
  const name = `weekly ${to}`;
  if (!(await heardOnce.first(name, KEEP_MS))) return;
  const lately = withoutRelapses(await deps.store.outcomes({ since: to - LATELY_MS, until: to, limit: MOST_ENDS }));
  const week = lately.filter(({ over }) => over >= to - WEEK_MS);
  const report = weeklyReport(week, lately, { from: to - WEEK_MS, to });
  if (!report) return;
  const sent = await deps.chat.weekly(report);
  if (sent.ok) return;
  deps.log.warn({ why: sent.message }, 'the weekly report could not be posted; it is tried again');
  await heardOnce.forget(name);
}
