import { expect, it } from 'vitest';
import { createClicks } from '../../../src/adapters/slack/clicks.ts';
import { recordingLog } from './workspace.ts';

const click = (value: string) => ({ type: 'block_actions', actions: [{ value }] });

it('clicks for one incident are done in their order, those for others don’t wait for them, and one too many isn’t taken', async () => {
  const free = Promise.withResolvers<void>();
  const done: string[] = [];
  const other = Promise.withResolvers<void>();
  const clicks = createClicks({
    run: async (given) => {
      const [{ value }] = (given as ReturnType<typeof click>).actions as [{ value: string }];
      if (value === 'INC-1') await free.promise;
      done.push(value);
      if (value === 'INC-2') other.resolve();
    },
    log: recordingLog(),
  });
  const first = async () => true;
  expect(clicks.take(click('INC-1'), first)).toBe(true);
  expect(clicks.take(click('INC-1|0123456789abcdef'), first)).toBe(true);
  expect(clicks.take(click('INC-2'), first)).toBe(true);
  await other.promise;
  expect(done).toEqual(['INC-2']);
  let taken = 0;
  while (clicks.take(click('INC-1'), first)) taken += 1;
  expect(taken).toBe(999);
  free.resolve();
});

it('a click that fails is logged, and the next one is done', async () => {
  const log = recordingLog();
  const done = Promise.withResolvers<void>();
  let tries = 0;
  const run = async () => {
    tries += 1;
    if (tries === 1) throw new Error('away');
    done.resolve();
  };
  const clicks = createClicks({ run, log });
  clicks.take(click('INC-1'), async () => true);
  clicks.take(click('INC-1'), async () => true);
  await done.promise;
  expect(log.lines.map(({ text }) => text)).toEqual(['a click failed']);
});
