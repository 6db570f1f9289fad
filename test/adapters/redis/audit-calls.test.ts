import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportedLine, verifyChain } from '../../../src/domain/audit.ts';
import type { TimelineEntry } from '../../../src/domain/incident.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';
import { anIncident, CLOSED, type Fixture, next, saving, startFixture } from './store-fixture.ts';

let fixture: Fixture;
let runs = 0;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());

const line = (type: TimelineEntry['type'], message: string, by: string | null = null): TimelineEntry => ({
  ...{ at: 5, type, message, by, from: 'awaiting_approval', to: 'queued' },
});

/** A chain of six entries: of an incident with its details gone, and a pause. */
async function chain(): Promise<{ store: IncidentStore; redis: Redis; key: string }> {
  const cluster = `audit-${++runs}`;
  const { store, redis } = await fixture.replica({ cluster });
  const incident = anIncident('INC-1', 'INC-1', { openedAt: 1 });
  await store.save(
    saving(null, incident, { timeline: [line('approved', 'Approved by U_ONCALL, U_ONCALLS too', 'U_ONCALL')] }),
  );
  const after = next(incident, { state: CLOSED, closedAt: 2, feedback: { user: 'U_ONCALL', right: true, at: 3 } });
  const told = [
    line('verified', `Über „alles“ ${'x'.repeat(400)}`),
    line('noted', 'no decision'),
    line('feedback', 'right', 'U_ONCALL'),
  ];
  await store.save(saving(incident, after, { timeline: told }));
  await store.pause('U_GUEST', 'too many "things" at once', 5, null);
  await store.resume('U_ONCALL', 6);
  await store.forgetClosed(1_000, 10);
  return { store, redis, key: `{nightshift:${cluster}}:` };
}

describe('the record of who decided what', () => {
  it('is a chain of SHA-256, as every program makes it, and says what its details were when they are gone', async () => {
    const { store } = await chain();
    const { lines, head } = await store.audit(0, 100);
    expect(verifyChain(lines, head)).toEqual({ ok: true, entries: 6 });
    const types = lines.map((one) => (JSON.parse(one.slice(65)) as { type: string }).type);
    expect(types).toEqual(['approved', 'verified', 'feedback', 'paused', 'resumed', 'details_dropped']);
    expect((await store.recordOf('INC-1'))?.digest).toBe(
      (JSON.parse(lines[5]!.slice(65)) as { digest: string }).digest,
    );
    expect((await store.audit(4, 1)).lines).toEqual([lines[4]]);
  });

  it('hashes texts of every length rightly', async () => {
    const { store } = await fixture.replica({ cluster: 'lengths' });
    for (let length = 0; length < 70; length++) await store.pause('U_A', 'é'.repeat(length), 5, null);
    const { lines, head } = await store.audit(0, 100);
    expect(verifyChain(lines, head)).toEqual({ ok: true, entries: 70 });
    expect(new Set(lines.map((one) => one.length)).size).toBeGreaterThan(60);
  });

  it('holds nobody’s id; who a token stands for is kept apart, and exported while it is known', async () => {
    const { store } = await chain();
    const { lines, people } = await store.audit(0, 100);
    expect(lines.join()).not.toMatch(/U_ONCALL\b|U_GUEST/);
    const users = lines.map((one) => (JSON.parse(exportedLine(one, people)) as { user: string | null }).user);
    expect(users).toEqual(['U_ONCALL', null, 'U_ONCALL', 'U_GUEST', 'U_ONCALL', null]);
  });

  it('forgets a person without breaking the chain, in what is closed and in the small records, too', async () => {
    const { store, redis, key } = await chain();
    const again = anIncident('INC-2', 'INC-2', { openedAt: 9 });
    await store.save(saving(null, again, { timeline: [line('approved', 'Approved', 'U_ONCALL')] }));
    const shut = next(again, { state: CLOSED, closedAt: 10, feedback: { user: 'U_ONCALL', right: true, at: 3 } });
    await store.save(saving(again, shut));
    expect(await store.forgetPerson('U_ONCALL', 11)).toEqual({ known: true, changed: 2 });
    expect(await store.forgetPerson('U_ONCALL', 12)).toEqual({ known: false, changed: 0 });
    const { lines, head, people } = await store.audit(0, 100);
    expect(verifyChain(lines, head)).toEqual({ ok: true, entries: 8 });
    expect(Object.values(people)).toEqual(['U_GUEST']);
    const all = await Promise.all((await redis.keys(`${key}*`)).map((one) => textOf(redis, one)));
    expect(all.join('\n')).not.toMatch(/U_ONCALL\b/);
    expect((await store.load('INC-2'))?.feedback?.user).toBe('somebody');
  });

  it('is not broken by what is refused: nothing is written of a save that conflicts', async () => {
    const { store } = await chain();
    const before = (await store.audit(0, 100)).head;
    const stale = anIncident('INC-1');
    await store.save(saving(next(stale), next(next(stale)), { timeline: [line('approved', 'Approved', 'U_X')] }));
    expect((await store.audit(0, 100)).head).toEqual(before);
  });
});

describe('where it breaks', () => {
  const rehash = (text: string) => `${createHash('sha256').update(text).digest('hex')} ${text}`;
  const tampered: [string, (lines: string[]) => string[], number, RegExp][] = [
    ['a text was changed', (all) => all.with(2, all[2]!.replace('feedback', 'approved')), 3, /it was changed/],
    [
      'a text and its hash were changed',
      (all) => all.with(2, rehash(all[2]!.slice(65).replace('"at":5', '"at":4'))),
      4,
      /replaced/,
    ],
    ['one was taken out', (all) => all.toSpliced(1, 1), 2, /taken out/],
    ['two change places', (all) => all.with(1, all[2]!).with(2, all[1]!), 2, /moved/],
    ['the last are missing', (all) => all.slice(0, 4), 5, /missing/],
    ['the first is missing', (all) => all.slice(1), 1, /taken out/],
  ];
  it.each(tampered)('%s', async (_what, change, entry, why) => {
    const { store } = await chain();
    const { lines, head } = await store.audit(0, 100);
    const verdict = verifyChain(change(lines), head);
    expect(verdict).toMatchObject({ ok: false, entry });
    expect(!verdict.ok && verdict.why).toMatch(why);
  });
});

/** All that a key holds. */
async function textOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return (await redis.lrange(key, 0, -1)).join('\n');
    case 'string':
      return (await redis.get(key)) ?? '';
    default:
      return (await redis.zrange(key, '0', '-1')).join('\n');
  }
}
