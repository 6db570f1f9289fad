import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Health } from '../../src/domain/health.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Action, Settled } from '../../src/extension-points.ts';
import type { ClaimedEffect } from '../../src/pipeline/stage.ts';
import verify from '../../src/pipeline/verify.ts';
import { diagnosisOf, executionOf, incidentOf, recommendationOf, T0 } from '../domain/examples.ts';
import { healthOf, known } from '../domain/healths.ts';
import { type Around, lookingAt } from '../evidence/looking.ts';

const due: ClaimedEffect = { token: 't', id: 'e', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'verify', dueAt: T0 };
const SETTLED: Settled = { kind: 'settled', message: 'all pods are ready' };
const well = { latency: 0.04, errors: 0, memory: 0.4 };
const slowBefore = healthOf({ latency: known(5) });

type Given = { around: (at: number) => Around; settled?: Settled; before?: Health[]; callers?: string[] };

/** Verifies a rollback of a slow payment-api every ten seconds for eight minutes, or until there is a verdict. */
async function verified({ around, settled = SETTLED, before = [slowBefore], callers = [] }: Given) {
  const results: [string, boolean][] = [];
  const action = { name: 'rollback_deployment', settled: async () => settled } as unknown as Action;
  let now = T0;
  let incident: Incident = incidentOf({
    diagnosis: diagnosisOf({
      issue: { kind: 'high_latency', severity: 5, unit: 's', message: '' },
      measuredOn: 'payment-api',
      health: before,
      callers: callers.map((service) => ({ namespace: 'shop', service })),
    }),
    state: {
      name: 'verifying',
      execution: executionOf({ recommendation: recommendationOf({ issue: 'high_latency' }), before }),
      since: T0,
      until: T0 + 300_000,
      steadyMs: 60_000,
      samples: [],
    },
  });
  while (incident.state.name === 'verifying' && now < T0 + 480_000) {
    now += 10_000;
    const deps: Deps = {
      ...lookingAt(around(now - T0)),
      clock: { now: () => now, realDelay: (ms) => ms },
      actions: new Map([['rollback_deployment', action]]),
      store: {
        recordResult: async (key: string, _id: string, worked: boolean) => void results.push([key, worked]),
      } as unknown as Deps['store'],
    };
    for (const event of (await verify.run(deps, incident, due)).events) incident = transition(incident, event).incident;
  }
  const { verification } = incident.executions.at(-1) ?? {};
  return {
    verdict: verification?.verdict,
    message: verification?.message,
    results: results.map(([, worked]) => worked),
  };
}
/** The rates look back over two minutes: until then they show the time before. */
const after = (metrics: Around['metrics']) => (sinceMs: number) => ({
  metrics: sinceMs < 120_000 ? { ...well, latency: 5 } : metrics,
});

describe('a step that was carried out', () => {
  it('is recovered when the trouble is measured to be gone and stays so, and counts', async () => {
    expect(await verified({ around: after(well) })).toMatchObject({ verdict: 'recovered', results: [true] });
  });
  it('that turned slowness into failures is worse, not healed', async () => {
    const failing = await verified({ around: after({ ...well, errors: 1 }) });
    expect(failing).toMatchObject({ verdict: 'worse', message: expect.stringContaining('100 % of requests fail') });
    expect(failing.results).toEqual([false]);
  });
  it('after which a direct caller fails that was well before is worse', async () => {
    const before = [slowBefore, healthOf({}, { service: 'storefront' })];
    const around = (sinceMs: number) => ({ ...after(well)(sinceMs), of: { storefront: { ...well, errors: 0.3 } } });
    expect(await verified({ around, before, callers: ['storefront'] })).toMatchObject({
      verdict: 'worse',
      message: expect.stringContaining('storefront: 30 % of requests fail'),
    });
  });
  it('that has not settled at the end of its time is worse', async () => {
    const settled: Settled = { kind: 'in_progress', message: 'payment-api: 2 of 3 pods are updated.' };
    const half = await verified({ around: () => ({ metrics: { ...well, latency: 5 } }), settled });
    expect(half).toMatchObject({ verdict: 'worse', message: expect.stringContaining('has not settled in its time') });
  });
  it('of which nobody can see whether it helped is unknown, and is not counted', async () => {
    const settled: Settled = { kind: 'unknown', message: 'The API server gave no answer.' };
    expect(await verified({ around: () => ({ metrics: 'unreachable' }) })).toMatchObject({
      verdict: 'unknown',
      results: [],
    });
    expect(await verified({ around: after(well), settled })).toMatchObject({ verdict: 'unknown', results: [] });
  });
  it('of a trouble that was over before it can have helped is not counted', async () => {
    expect(await verified({ around: () => ({ metrics: well }) })).toMatchObject({ verdict: 'recovered', results: [] });
  });
});
