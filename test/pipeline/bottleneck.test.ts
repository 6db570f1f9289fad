import { expect, it } from 'vitest';
import { EVENING, MINUTE, virtualSandbox } from '../sandbox/virtual-sandbox.ts';
import { createScanWorld, metricsOn } from '../soak/scan/scan-world.ts';
import { startVirtualApp } from '../soak/virtual-app/virtual-app.ts';

it('a crowd that jams at the next service when the first has more pods is followed there', {
  timeout: 180_000,
}, async () => {
  const sandbox = virtualSandbox(EVENING);
  const world = await createScanWorld(metricsOn(sandbox.store), sandbox.now);
  await world.train(sandbox.now());
  const app = await startVirtualApp({ sandbox, models: world.models, without: [] });
  try {
    await app.advance(5 * MINUTE);
    sandbox.fault('traffic-surge', 'checkout-api', 0.95, { build_up_ms: 10 * MINUTE });
    const incident = () => app.incidents().find(({ executions }) => executions.length > 0);
    const until = sandbox.now() + 25 * MINUTE;
    while (incident()?.state.name !== 'closed' && sandbox.now() < until) {
      for (const one of app.incidents()) await app.approve(one);
      await app.advance(15_000);
    }
    const { id, state, executions, diagnosis } = incident()!;
    expect(state).toMatchObject({ name: 'closed', outcome: 'healed' });
    expect(executions.map(({ recommendation }) => recommendation.plan.summary)).toEqual([
      'Scale checkout-api from 3 to 5 replicas',
      'Scale payment-api from 3 to 5 replicas',
    ]);
    expect(executions[0]?.verification).toMatchObject({
      verdict: 'unchanged',
      targetWell: true,
      message: expect.stringContaining('the load has moved on: payment-api is slow'),
    });
    expect(executions[1]?.verification).toMatchObject({
      verdict: 'recovered',
      message: expect.stringContaining('checkout-api'),
    });
    expect(executions.some(({ undone }) => undone)).toBe(false);
    expect(diagnosis?.causes[0]?.entity.name).toBe('checkout-api');
    expect(diagnosis?.bottleneck?.entity.name).toBe('payment-api');
    const message = app.timelineOf(id).map((entry) => entry.message);
    expect(message.join('\n')).toContain('The bottleneck has moved on to payment-api.');
  } finally {
    await app.stop();
  }
});
