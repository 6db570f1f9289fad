import { expect, it } from 'vitest';
import type { StageDeps as Deps } from '../../src/pipeline/deps.ts';
import { firstPost } from '../../src/pipeline/first-post.ts';
import type { Delivery } from '../../src/ports/chat.ts';

/** The history of the channel is asked only where an earlier try may have got through. */

function world() {
  const marks = new Set<string>();
  const once = {
    first: async (name: string) => !marks.has(name) && marks.add(name) !== undefined,
    forget: async (name: string) => void marks.delete(name),
  };
  const asked: boolean[] = [];
  const post = (delivery: Delivery) =>
    firstPost({ once } as unknown as Deps, 'INC-1', async (isNew) => {
      asked.push(!isNew);
      return delivery;
    });
  return { asked, post };
}

const failed = { ok: false as const, retryAfterMs: null, message: 'no answer' };

it('does not look before a first try, and does after one whose answer never came', async () => {
  const { asked, post } = world();
  await post(failed);
  await post(failed);
  expect(asked).toEqual([false, true]);
});

it('does not look after a try that was surely refused', async () => {
  const { asked, post } = world();
  await post({ ...failed, unsent: true });
  await post({ ok: true, channel: 'C', ts: '1' });
  expect(asked).toEqual([false, false]);
});
