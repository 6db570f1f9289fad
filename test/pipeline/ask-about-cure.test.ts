import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { incidentMessage } from '../../src/adapters/slack/views/incident-message.ts';
import { callMessage } from '../../src/adapters/slack/views/question.ts';
import type { Deps } from '../../src/app/deps.ts';
import { GIVE_BACK_MS } from '../../src/domain/give-back.ts';
import { groupKeyOf } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { livenessOf } from '../../src/domain/liveness.ts';
import { callsWanted } from '../../src/domain/person-calls.ts';
import { byHandKeyOf } from '../../src/domain/proposal.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Execution, Verification } from '../../src/domain/types/execution.ts';
import askAboutCure from '../../src/pipeline/ask-about-cure.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import { carryOut, contextFor, planned } from '../actions/action-context.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { context } from '../adapters/slack/incidents.ts';
import { alertOf, executionOf, incidentOf, recommendationOf } from '../domain/examples.ts';
import { createLife } from '../incidents/life.ts';
import { storyDeps } from '../incidents/story-deps.ts';
import { createMemoryServer } from '../soak/virtual-app/memory-server.ts';

const claimed = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'ask_about' as const, dueAt: 0 };
const verified = (over: Partial<Verification>): Verification => ({ verdict: 'recovered', at: 0, message: '', ...over });
let small: SmallCluster;
beforeAll(async () => {
  small = await startSmallCluster();
});
afterAll(() => small.stop());

/** Replicas that cured payment-api, and the incident, closed. */
let execution: Execution;
let closed: Incident;
let deps: Deps;
beforeEach(async () => {
  small.kube.apply(deployment('payment-api'));
  small.run(40);
  const plan = await planned(scaleHorizontal, contextFor(small));
  const done = await carryOut(scaleHorizontal, contextFor(small), plan);
  small.run(60);
  execution = executionOf({
    recommendation: recommendationOf({ plan }),
    undo: done.execution.undo,
    result: 'done',
    verification: verified({}),
  });
  const state = { name: 'closed', outcome: 'healed', why: '' } as const;
  closed = incidentOf({ state, closedAt: small.now(), executions: [execution] });
  const metrics = (metric: string) => (metric === 'latency_p99' ? 0.1 : 0);
  const story = { cluster: [], alerts: [], seconds: 0, metrics };
  const store = createMemoryServer().store({ now: small.now });
  deps = await storyDeps({ store, small, story, second: () => 0, life: createLife(() => 0) });
});

const asked = (incident = closed) => askAboutCure.run(deps, incident, claimed);
const proposals = () => deps.store.list({ limit: 10 });
async function diagnose(): Promise<void> {
  const due = await deps.store.listDue(small.now(), 9);
  await runEffect(deps, stagesByKind, due.find(({ kind }) => kind === 'diagnose')!);
}
const effectsOf = (over: Partial<Incident>) =>
  transition(incidentOf({ ...over, state: { name: 'noticed', attempt: 0 } }), {
    type: 'resolved',
    at: 0,
    message: '',
  }).effects.filter(({ kind }) => kind === 'ask_about');

describe('limits and replicas that were the cure', () => {
  it('are due to be asked about when the incident closes, and nothing else is', () => {
    expect(effectsOf({ executions: [execution] })).toEqual([{ kind: 'ask_about', dueAt: GIVE_BACK_MS }]);
    const others: Partial<Execution>[] = [
      { recommendation: recommendationOf() },
      { undone: { at: 0, ok: true, message: '' } },
      { verification: verified({ verdict: 'unchanged' }) },
      { asked: { at: 0, proposal: 'INC-2' } },
    ];
    for (const over of others) expect(effectsOf({ executions: [{ ...execution, ...over }] })).toEqual([]);
    expect(effectsOf({ executions: [execution], groupKey: byHandKeyOf(closed) })).toEqual([]);
  });

  it('are asked about once, in a proposal that is linked, pages nobody, and says how they would stay', async () => {
    const first = await asked();
    const [proposal, ...more] = await proposals();
    const said = { type: 'cure_asked', executionId: execution.id, proposal: proposal?.id };
    expect(first.events).toMatchObject([said]);
    // Who died before saying so leaves it to another.
    expect((await asked()).events).toMatchObject([said]);
    expect([more, proposal?.linked]).toEqual([[], ['INC-1']]);
    expect(livenessOf(proposal!, small.now() + 86_400_000, { unansweredMs: 1, mode: 'act' }).kind).toBe('exempt');
    await diagnose();
    const [asking] = await proposals();
    expect(asking?.state).toMatchObject({ name: 'awaiting_approval', atTimeout: 'expire' });
    const text = JSON.stringify(callMessage(asking!, callsWanted(asking!)[0]!, context()).blocks);
    for (const words of ['Give it back', 'Keep it', 'it stays', 'To keep it, set spec.replicas to 5', 'INC-1'])
      expect(text).toContain(words);
    const told = transition(closed, first.events[0]!).incident;
    expect((await asked(told)).events).toEqual([]);
  });

  it('stay where a person says so', async () => {
    await asked();
    await diagnose();
    const [asking] = await proposals();
    const kept = transition(asking!, { type: 'rejected', at: small.now(), user: 'U1', how: 'next' }).incident;
    expect(kept.state).toMatchObject({ name: 'closed', outcome: 'lapsed', why: 'A person keeps it.' });
    expect(JSON.stringify(incidentMessage(kept, context()))).toContain('It stays');
    expect(small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas).toBe(5);
  });

  it('are not asked about while there is trouble again, nor once somebody has changed them', async () => {
    const again = { ...incidentOf({ alerts: [alertOf()] }), id: 'INC-9', version: 1, groupKey: groupKeyOf(closed) };
    await deps.store.save({ before: null, after: again, timeline: [], effects: [], finished: null });
    expect(await asked()).toMatchObject({ events: [], againAt: expect.any(Number) });
    const over = { ...again, version: 2, state: { name: 'closed', outcome: 'healed', why: '' } } as const;
    await deps.store.save({ before: again, after: over, timeline: [], effects: [], finished: null });
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 6;
    });
    small.run(60);
    expect((await asked()).events).toMatchObject([{ type: 'cure_asked', proposal: null }]);
    expect(await proposals()).toHaveLength(1);
  });
});
