import type { KnownBlock } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { incidentMessage } from '../../../../src/adapters/slack/views/incident-message.ts';
import { callMessage } from '../../../../src/adapters/slack/views/question.ts';
import { settledMessage } from '../../../../src/adapters/slack/views/settled-message.ts';
import type { State } from '../../../../src/domain/incident-state.ts';
import { callsWanted } from '../../../../src/domain/person-calls.ts';
import {
  AWAITING,
  context,
  diagnosis,
  EVERY_STATE,
  entry,
  execution,
  incident,
  MIN,
  NOT_PAUSED,
  OTHER,
  plan,
  recommendation,
  T0,
} from '../incidents.ts';

/** Everything that can be read in the blocks. */
function textOf(blocks: KnownBlock[]): string {
  const texts: string[] = [];
  JSON.stringify(blocks, (key, value) => {
    if (key === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.join('\n');
}

type Element = {
  type: string;
  action_id: string;
  value?: string;
  confirm?: object;
  options?: { value: string; text: { text: string } }[];
};

function elements(blocks: KnownBlock[]): Record<string, Element> {
  const found = blocks.flatMap((block) => (block.type === 'actions' ? (block.elements as Element[]) : []));
  return Object.fromEntries(found.map((element) => [element.action_id, element]));
}

const shown = (over: Parameters<typeof incident>[0] = {}, around: Parameters<typeof context>[0] = {}) =>
  incidentMessage(incident(over), context(around));
/** The post that rings. */
const rings = (over: Parameters<typeof incident>[0] = {}, around: Parameters<typeof context>[0] = {}) =>
  callMessage(incident(over), callsWanted(incident(over))[0]!, context(around));
const asking = (over: Partial<Extract<State, { name: 'awaiting_approval' }>>): State =>
  ({ ...AWAITING, ...over }) as State;

describe('every state', () => {
  it('says in its first line what hurts, where, and in a word how it stands', () => {
    const expected: Record<string, string> = {
      noticed: 'finding out why',
      watching: 'watching',
      awaiting_approval: 'needs a decision',
      queued: 'about to act',
      executing: 'fixing',
      verifying: 'checking the fix',
      undoing: 'undoing',
      escalated: 'needs a person',
      closed: 'healed',
    };
    for (const state of EVERY_STATE) {
      const first = textOf(shown({ state }).blocks).split('\n')[0] ?? '';
      expect(first).toContain('payment-api');
      expect(first).toContain('prod-eu/shop');
      expect(first).toContain('INC-241');
      expect(first).toContain(expected[state.name]);
    }
  });

  it('looks the same at any time, so that nothing is edited for nothing', () => {
    for (const state of EVERY_STATE)
      expect(shown({ state }, { now: T0 + 9 * MIN })).toEqual(shown({ state }, { now: T0 }));
  });
});

describe('a request for approval', () => {
  it('says where the bottleneck is that the step is for, when that is not the cause', () => {
    const told = diagnosis();
    const bottleneck = {
      ...told.causes[0]!,
      entity: { ...told.causes[0]!.entity, name: 'payment-api' },
      what: 'overload',
    };
    const shownWords = textOf(shown({ diagnosis: { ...told, bottleneck } }).blocks);
    expect(shownWords).toContain('Likely cause (82 %)');
    expect(shownWords).toMatch(/The bottleneck has moved on\*? to \*?payment-api\*?, overload/);
  });

  it('says why with a number, what it wants, how sure it is, how far it reaches and whether it can be undone', () => {
    const told = textOf(shown().blocks);
    for (const part of [
      'p99 is 2.8 s',
      'normally 0.18–0.32 s',
      'Likely cause (82 %)',
      'Roll ledger-db back to revision 13',
      'Confidence 91 %',
      'worked 11 of 12 times',
      '`ledger-db:4.2.0` → `ledger-db:4.1.7`',
      'Blast radius low',
      'can be undone',
      'The trouble began 2 min after rollout 14',
    ])
      expect(told).toContain(part);
  });

  it('says what happens when nobody answers: relative before delivery, the very instant after', () => {
    expect(textOf(shown({ state: asking({ deadline: null, deliveredAt: null }) }).blocks)).toContain(
      'Runs by itself in 5 min* unless someone stops it',
    );
    expect(textOf(shown().blocks)).toContain(`Runs by itself at <!date^${(T0 + 10_000 + 5 * MIN) / 1000}^`);
    expect(textOf(shown({ state: asking({ atTimeout: 'escalate' }) }).blocks)).toContain('Pages a person at');
    expect(textOf(shown({ state: asking({ atTimeout: 'watch' }) }).blocks)).toContain('nothing is changed');
    const held = asking({ held: { by: 'U_GUEST', until: T0 + 30 * MIN } });
    for (const one of [shown({ state: held }), rings({ state: held })]) {
      expect(textOf(one.blocks)).toContain('<@U_GUEST> has it until');
      expect(textOf(one.blocks)).not.toContain('Runs by itself at');
    }
  });

  it('promises no execution while paused or when nobody may approve', () => {
    const paused = textOf(
      rings({}, { paused: { ...NOT_PAUSED, paused: true, by: 'U_SECOND', reason: 'deploy freeze', at: T0 } }).blocks,
    );
    expect(paused).toContain('paused* by <@U_SECOND>');
    expect(paused).not.toContain('Runs by itself');
    const nobody = rings({}, { approvers: [] });
    expect(textOf(nobody.blocks)).not.toContain('Runs by itself');
    expect(elements(nobody.blocks).approve).toBeUndefined();
    expect(elements(nobody.blocks).reject).toBeDefined();
  });

  it('says whom a step reaches for all of whom nobody may approve', () => {
    const { blastRadius } = plan();
    const both = { ...blastRadius, services: ['shop/payment-api', 'shop/checkout-api'] };
    const state = asking({ recommendation: recommendation({ plan: plan({ blastRadius: both }) }) });
    const text = textOf(rings({ state }, { approvers: [] }).blocks);
    expect(text).toContain('Nobody may approve for all of payment-api, checkout-api');
    expect(text).not.toContain('Nobody is named who may approve for payment-api');
  });

  it('puts ids only into its buttons', () => {
    const found = elements(rings().blocks);
    expect(Object.keys(found)).toEqual(['approve', 'reject', 'hold', 'on_it', 'option', 'why']);
    expect(found.approve?.value).toBe(`INC-241|${plan().digest.slice(0, 16)}`);
    expect(found.hold?.value).toBe('INC-241');
    expect(found.option?.options?.map((one) => one.value)).toEqual([
      `INC-241|${OTHER.plan.digest.slice(0, 16)}`,
      'INC-241|~false_alarm',
      'INC-241|~escalate',
    ]);
    expect(found.option?.options?.[0]?.text.text).toBe('Restart 1 pod of ledger-db (84 %)');
  });

  it('asks once more before what can’t be undone or reaches far', () => {
    const withPlan = (over: Parameters<typeof plan>[0]) =>
      elements(rings({ state: asking({ recommendation: recommendation({ plan: plan(over) }) }) }).blocks).approve
        ?.confirm;
    expect(withPlan({})).toBeUndefined();
    expect(withPlan({ reversible: false })).toBeDefined();
    expect(
      withPlan({ blastRadius: { level: 'high', podsAffected: 9, podsTotal: 9, services: [], message: '' } }),
    ).toBeDefined();
  });

  it('rings by itself: who is meant, what hurts, what is wanted, by when', () => {
    const told = textOf(rings().blocks);
    for (const part of [
      '<@U_ONCALL>',
      'payment-api is slow',
      'p99 is 2.8 s',
      'Roll ledger-db back to revision 13',
      'Runs by itself at',
    ])
      expect(told).toContain(part);
    expect(rings().text).toContain('<@U_ONCALL>');
    expect(textOf(rings({}, { approvers: [] }).blocks)).toContain('<!here>');
  });

  it('leaves the message without mentions and without anything that decides, with the way to the question', () => {
    const calls = callsWanted(incident()).map((call) => ({
      ...call,
      channel: 'C1',
      ts: '17.000100',
      link: 'https://shop.slack.com/archives/C1/p17000100',
      at: T0,
      digest: '',
      settledAt: null,
    }));
    const paused = { ...NOT_PAUSED, paused: true, by: 'U_SECOND', at: T0 };
    for (const around of [{}, { paused }]) {
      const message = shown({ calls }, around);
      expect(JSON.stringify(message)).not.toMatch(/<@|<!here>|<!channel>/);
      expect(Object.keys(elements(message.blocks))).toEqual(['why', 'page']);
      expect(textOf(message.blocks)).toContain('<https://shop.slack.com/archives/C1/p17000100|the question>');
    }
  });

  it.each([
    ['approved', 'queued', 'U_SECOND', '✔ Approved by <@U_SECOND>'],
    ['rejected', 'awaiting_approval', 'U_GUEST', '✘ Rejected by <@U_GUEST>'],
    ['deadline_reached', 'queued', null, '⌛ Nobody stopped it'],
    ['deadline_reached', 'escalated', null, '⌛ Nobody answered'],
    ['resolved', 'closed', null, 'it recovered by itself'],
  ] as const)('becomes one line without buttons once it is decided: %s, %s', (type, to, by, words) => {
    const call = {
      ...callsWanted(incident())[0]!,
      channel: 'C1',
      ts: '1',
      link: null,
      at: T0,
      digest: '',
      settledAt: null,
    };
    const timeline = [entry({ type, from: 'awaiting_approval', to, by, at: T0 + MIN })];
    const { blocks } = settledMessage(incident(), call, context({ timeline }));
    expect(blocks).toHaveLength(1);
    expect(textOf(blocks)).toContain(words);
    expect(textOf(blocks)).not.toContain('\n');
  });

  it('tells a locked phone what is wanted', () => {
    expect(shown().text).toBe(
      '🔴 Needs a decision: payment-api is slow (prod-eu/shop) · INC-241. Wants to: Roll ledger-db back to revision 13',
    );
  });
});

describe('the other states', () => {
  it('say why a step waits', () => {
    const state = EVERY_STATE.find((one) => one.name === 'queued') as State;
    expect(textOf(shown({ state }).blocks)).toContain('*Not done yet:* Another service is being healed.');
  });

  it('name what was tried and what wasn’t when a person is needed, and let that person take a step', () => {
    const tried = execution({ verification: { verdict: 'unchanged', at: T0, message: 'p99 still 2.8 s' } });
    const state = EVERY_STATE.find((one) => one.name === 'escalated') as State;
    const message = shown({ state, executions: [tried] });
    const told = textOf(message.blocks);
    expect(told).toContain('No change: p99 still 2.8 s');
    expect(told).toContain('scale horizontal: confidence 0.41 is below 0.7');
    expect(told).toContain('Nobody has acknowledged yet');
    expect(elements(message.blocks).option?.options).toHaveLength(4);
    expect(textOf(shown({ state: { ...state, acknowledgedBy: 'U_ONCALL' } as State }).blocks)).toContain(
      '<@U_ONCALL> has it',
    );
  });

  it('offer undo only for what was done and can be taken back', () => {
    const state: State = { name: 'closed', outcome: 'healed', why: 'p99 back' };
    const undo = (runs: Parameters<typeof incident>[0]) =>
      elements(shown({ state, closedAt: T0 + 11 * MIN, ...runs }).blocks).undo;
    expect(undo({ executions: [execution()] })).toBeDefined();
    expect(undo({ executions: [] })).toBeUndefined();
    expect(undo({ executions: [execution({ undone: { at: T0, ok: true, message: '' } })] })).toBeUndefined();
    expect(
      undo({ executions: [execution({ recommendation: recommendation({ plan: plan({ reversible: false }) }) })] }),
    ).toBeUndefined();
  });

  it('ask for feedback once', () => {
    const state: State = { name: 'closed', outcome: 'healed', why: 'p99 back' };
    expect(elements(shown({ state }).blocks).right).toBeDefined();
    const said = shown({ state, feedback: { user: 'U_ONCALL', right: true, at: T0 } });
    expect(elements(said.blocks).right).toBeUndefined();
    expect(textOf(said.blocks)).toContain('<@U_ONCALL> said this was ✔ right');
  });

  it('say that nothing was done and the approval withdrawn when the trouble went by itself', () => {
    const state: State = { name: 'closed', outcome: 'self_healed', why: 'the alert resolved' };
    const message = shown(
      { state, closedAt: T0 + 4 * MIN },
      { timeline: [entry({ type: 'resolved', from: 'awaiting_approval', to: 'closed' })] },
    );
    const told = textOf(message.blocks);
    expect(told).toContain('Recovered by itself');
    expect(told).toContain('Nothing was done here.');
    expect(told).toContain('The request for approval was withdrawn.');
  });

  it('tell how long each part took', () => {
    const timeline = [
      entry({ type: 'diagnosed', at: T0 + 9_000 }),
      entry({ type: 'approved', at: T0 + 7 * MIN }),
      entry({ type: 'executed', at: T0 + 8 * MIN }),
    ];
    const told = textOf(
      shown({ state: { name: 'closed', outcome: 'healed', why: '' }, closedAt: T0 + 11 * MIN }, { timeline }).blocks,
    );
    expect(told).toContain('diagnosed +9 s  ·  approved +7 min  ·  changed +60 s  ·  closed +3 min');
  });
});
