import { describe, expect, it } from 'vitest';
import { bytesInMemory } from '../../../sandbox/chat/file-bytes.ts';
import { createFileStore } from '../../../sandbox/chat/file-store.ts';
import { createMessageStore, microsOf } from '../../../sandbox/chat/message-store.ts';
import type { StoredMessage } from '../../../sandbox/chat/model.ts';
import { createRateLimiter, SLACK_RATE_LIMITS } from '../../../sandbox/chat/rate-limit.ts';
import { createTriggers } from '../../../sandbox/chat/triggers.ts';

const message = (ts: string): StoredMessage => ({
  ts,
  user: 'U_NIGHTSHIFT',
  text: ts,
  blocks: [],
  threadTs: null,
  broadcast: false,
  edited: null,
  ephemeralFor: null,
  metadata: null,
  reactions: [],
  files: [],
  pinned: false,
});

describe('what the chat keeps', () => {
  it('drops the oldest message beyond its bound, and says so', () => {
    const store = createMessageStore(() => 1000, 3);
    const removed: string[] = [];
    store.onChange((change) => {
      if (change.kind === 'removed') removed.push(change.ts);
    });
    const stamps = [1, 2, 3, 4].map(() => {
      const ts = store.nextTs();
      store.put(message(ts));
      return ts;
    });
    expect(store.all().map((m) => m.ts)).toEqual(stamps.slice(1));
    expect(removed).toEqual([stamps[0]]);
  });

  it('stamps later than everything it was given, though the clock went back', () => {
    const store = createMessageStore(() => 1000, 10, [message('2000000000.000005')]);
    expect(store.nextTs()).toBe('2000000000.000006');
  });

  it('reads stamps as whole microseconds', () => {
    expect(microsOf('1700000000.000001') - microsOf('1700000000')).toBe(1);
    expect(microsOf('nonsense')).toBe(0);
  });

  it('lets the oldest files go when their bytes exceed the bound', () => {
    const files = createFileStore(100, bytesInMemory());
    const [first, second, third] = ['a', 'b', 'c'].map((name) => {
      const file = files.announce({ name, size: 40, altText: '' });
      files.receive(file.id, Buffer.alloc(40, 1));
      return file;
    });
    expect([files.get(first?.id ?? ''), files.bytes(first?.id ?? '')]).toEqual([undefined, undefined]);
    expect([files.get(second?.id ?? '')?.name, files.get(third?.id ?? '')?.name]).toEqual(['b', 'c']);
  });

  it('takes the bytes of an upload once', () => {
    const files = createFileStore(1000, bytesInMemory());
    const file = files.announce({ name: 'a', size: 3, altText: '' });
    expect(files.receive(file.id, Buffer.from('one'))).toBe(true);
    expect(files.receive(file.id, Buffer.from('two'))).toBe(false);
    expect(files.bytes(file.id)?.toString()).toBe('one');
  });
});

describe("Slack's rates", () => {
  it('let a short burst through, then one message a second', () => {
    let now = 0;
    const limiter = createRateLimiter(SLACK_RATE_LIMITS, () => now);
    expect(Array.from({ length: 6 }, () => limiter.take('post'))).toEqual([0, 0, 0, 0, 0, 1]);
    now = 1000;
    expect([limiter.take('post'), limiter.take('post')]).toEqual([0, 1]);
  });

  it('let 50 edits a minute through', () => {
    let now = 0;
    const limiter = createRateLimiter(SLACK_RATE_LIMITS, () => now);
    for (let i = 0; i < 50; i++) limiter.take('update');
    expect(limiter.take('update')).toBe(2);
    now = 60_000;
    expect(Array.from({ length: 50 }, () => limiter.take('update')).every((wait) => wait === 0)).toBe(true);
  });
});

describe('trigger ids', () => {
  it('are good once, for the user they were issued to', () => {
    const triggers = createTriggers(3000);
    const id = triggers.issue('U_ONCALL');
    expect(triggers.exchange(id)).toEqual({ user: 'U_ONCALL' });
    expect(triggers.exchange(id)).toEqual({ error: 'exchanged_trigger_id' });
    expect(triggers.exchange('made up')).toEqual({ error: 'invalid_trigger_id' });
    const old = createTriggers(-1);
    expect(old.exchange(old.issue('U_ONCALL'))).toEqual({ error: 'expired_trigger_id' });
  });
});
