import { describe, expect, it, onTestFinished } from 'vitest';
import { createEffectQueue } from '../../src/adapters/bullmq/jobs.ts';
import { startWorker } from '../../src/adapters/bullmq/worker.ts';
import { alertmanagerRoute } from '../../src/adapters/http/alertmanager-route.ts';
import { keyPrefix } from '../../src/adapters/redis/incident-store.ts';
import { createIntakeGate } from '../../src/app/intake-gate.ts';
import { served } from '../adapters/http/serving.ts';
import { anIncident, saving, startFixture } from '../adapters/redis/store-fixture.ts';

const realTime = { now: Date.now, realDelay: (ms: number) => ms };
async function until(seen: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await seen())) await soon();
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('the gate before the alerts', () => {
  it('lets in so many at once, and who leaves makes room once', () => {
    const gate = createIntakeGate({ atOnce: 2, backlog: 10 }, async () => 0);
    const [first, second] = [gate.enter(), gate.enter()];
    expect(gate.enter()).toEqual({ retryAfterS: 2 });
    if ('leave' in first) {
      first.leave();
      first.leave();
    }
    expect(gate.enter()).toHaveProperty('leave');
    expect(gate.enter()).toEqual({ retryAfterS: 2 });
    expect(second).toHaveProperty('leave');
  });

  it('asks the later to come again, the more it sends away', () => {
    const gate = createIntakeGate({ atOnce: 0, backlog: 10 }, async () => 0);
    const waits = Array.from({ length: 4_000 }, () => gate.enter()).map((one) =>
      'retryAfterS' in one ? one.retryAfterS : 0,
    );
    expect([waits[0], waits[200], waits.at(-1)]).toEqual([2, 12, 60]);
  });

  it('has ends wait sooner than what fires', () => {
    const gate = createIntakeGate({ atOnce: 3, backlog: 10 }, async () => 0);
    expect(gate.endsWaitS()).toBeNull();
    const inside = [gate.enter(), gate.enter(), gate.enter()];
    expect(gate.endsWaitS()).toBe(10);
    for (const one of inside) if ('leave' in one) one.leave();
    expect(gate.endsWaitS()).toBeNull();
  });

  it('stays shut while more work waits than is good, and opens when it can not be seen', async () => {
    let backlog = async () => 11;
    let now = 0;
    const gate = createIntakeGate(
      { atOnce: 5, backlog: 10 },
      () => backlog(),
      () => now,
    );
    gate.enter();
    await soon();
    expect(gate.enter()).toEqual({ retryAfterS: 10 });
    backlog = async () => Promise.reject(new Error('away'));
    now = 1_500;
    gate.enter();
    await soon();
    expect(gate.enter()).toHaveProperty('leave');
  });

  it('answers 503 with Retry-After to whom it does not let in, and takes the same later', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const gate = createIntakeGate({ atOnce: 1, backlog: 10 }, async () => 0);
    const route = alertmanagerRoute({
      token: null,
      ...gate,
      parse: () => ({ ok: true, accept: async () => held.then(() => ({ incidents: [] })) }),
    });
    const { url, close } = await served(route);
    const post = () => fetch(`${url}/webhooks/alertmanager`, { method: 'POST', body: '{}' });
    const first = post();
    await soon();
    const refused = await post();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    release();
    expect((await first).status).toBe(200);
    expect((await post()).status).toBe(200);
    close();
  });

  it('counts an incident once, however often it is woken, and opens by itself when the queue goes on', async () => {
    const fixture = await startFixture();
    onTestFinished(() => fixture.end());
    const { store } = await fixture.replica();
    const due = ['diagnose', 'notify', 'page', 'reach'] as const;
    const open = (id: string) =>
      store.save(saving(null, anIncident(id), { effects: due.map((kind) => ({ kind, dueAt: 0 })) }));
    const at = { ...{ url: fixture.server.url, prefix: keyPrefix('test') }, clock: realTime, onError: () => {} };
    const queue = await createEffectQueue(at);
    onTestFinished(() => queue.close());
    for (let i = 0; i < 10; i++) await open(`INC-${i}`);
    for (let again = 0; again < 5; again++) await queue.wake(await store.listDue(1, 100));
    expect((await queue.counts()).waiting).toBe(200);

    const gate = createIntakeGate({ atOnce: 1_000, backlog: 10 }, () => store.countDue(1, 11));
    gate.enter();
    await until(async () => (await store.countDue(1, 11)) === 10);
    expect(gate.enter()).toHaveProperty('leave');

    await open('INC-10');
    const shut = createIntakeGate({ atOnce: 1_000, backlog: 10 }, () => store.countDue(1, 11));
    await until(() => 'retryAfterS' in shut.enter());
    const worker = startWorker({
      ...{ ...at, concurrency: 8 },
      handle: async ({ id, gen }) => {
        const claimed = await store.claim(id, gen, 5_000);
        if (claimed) await store.finish(id, gen, claimed.token);
      },
    });
    onTestFinished(async () => void (await worker.stop(1_000)));
    await until(() => 'leave' in shut.enter());
    expect(await store.countDue(1, 11)).toBeLessThanOrEqual(10);
  });
});
