import { describe, expect, it } from 'vitest';
import { alertmanagerRoute } from '../../src/adapters/http/alertmanager-route.ts';
import { createIntakeGate } from '../../src/app/intake-gate.ts';
import { served } from '../adapters/http/serving.ts';

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
});
