import type { Delivery } from '../ports/chat.ts';
import type { StageDeps } from './deps.ts';

/** Longer than any incident waits for its post. */
const KEEP_MS = 7 * 24 * 3_600_000;

/**
 * Makes a post that isn't there yet. That it is tried is written down before, so that the channel's history is asked only where an earlier try may have got through: a crash, or an answer that never came.
 */
export async function firstPost(
  deps: StageDeps,
  name: string,
  post: (isNew: boolean) => Promise<Delivery>,
): Promise<Delivery> {
  const { once } = deps;
  if (!once) return post(false);
  const mark = `post ${name}`;
  const delivery = await post(await once.first(mark, KEEP_MS));
  if (!delivery.ok && delivery.unsent) await once.forget(mark);
  return delivery;
}
