import { LISTED_ABOVE, unshown } from '../domain/storm.ts';
import type { StageDeps } from './deps.ts';

/** Real time: one of the replicas edits the list so often at most. */
export const LIST_EVERY_MS = 5_000;
/** A bit less, so that the next round isn't too early. */
const TURN_MS = LIST_EVERY_MS - 500;

/**
 * Above so many incidents without a message one list stands for all of them: posted once, edited while it lasts, and left with a last word when those that are left have messages of their own. What is shown
 * already isn't sent again.
 */
export async function showList(deps: StageDeps): Promise<void> {
  const { listed } = deps;
  if (!listed) return;
  const known = await listed.read();
  const open = await deps.openLines();
  const isOver = unshown(open).length <= LISTED_ABOVE;
  if (isOver && !known) return;
  if ((await deps.once?.first('list shown', TURN_MS)) === false) return;
  const list = { open, isOver, now: deps.clock.now() };
  const digest = deps.chat.listDigest(list);
  if (known?.digest !== digest) {
    const delivery = await deps.chat.showList(list, known);
    if (!delivery.ok) {
      deps.log.warn({ why: delivery.message, open: open.length }, 'the list of incidents could not be shown');
      return;
    }
    await listed.write({ channel: delivery.channel, ts: delivery.ts, digest });
  }
  if (isOver) await listed.write(null);
}

/** Whether a message of its own waits, since the list shows the incident. */
export const isOnList = async (deps: StageDeps): Promise<boolean> =>
  deps.listed !== undefined && unshown(await deps.openLines()).length > LISTED_ABOVE;
