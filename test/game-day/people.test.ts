import { describe, expect, it } from 'vitest';
import type { IncidentView } from '../../src/game-day/app-client.ts';
import { clickOf, deedsDue } from '../../src/game-day/people.ts';
import type { AnswerRule } from '../../src/game-day/scenario.ts';

const stepOf = (action: string, digest: string) => ({
  step: { action },
  plan: { summary: action, digest, target: { name: 'payment-api' } },
});
const ASKED: IncidentView = {
  id: 'INC-1',
  service: 'payment-api',
  state: 'awaiting_approval',
  outcome: null,
  issue: 'high_memory_usage',
  cause: null,
  openedAt: 0,
  closedAt: null,
  mttrMs: null,
  stateDetail: { deliveredAt: 1_000 },
  recommendation: stepOf('restart_pod', 'aaaaaaaaaaaaaaaaaaaa'),
  options: [stepOf('restart_pod', 'aaaaaaaaaaaaaaaaaaaa'), stepOf('scale_horizontal', 'bbbbbbbbbbbbbbbbbbbb')],
  executions: [],
  timeline: [],
};
const NEXT: IncidentView = { ...ASKED, recommendation: stepOf('scale_horizontal', 'bbbbbbbbbbbbbbbbbbbb') };
const rule = (more: Partial<AnswerRule>): AnswerRule => ({
  when: 'asked',
  after: 30_000,
  do: 'approve',
  by: 'U_ONCALL',
  ...more,
});
const NOBODY = new Set<string>();

describe('a person of a scenario', () => {
  it('answers once their time has passed, and never the same question twice', () => {
    const rules = [rule({})];
    expect(deedsDue(rules, [ASKED], NOBODY, 30_999)).toEqual([]);
    const [deed] = deedsDue(rules, [ASKED], NOBODY, 31_000);
    expect(deed?.rule).toBe(rules[0]);
    expect(deedsDue(rules, [ASKED], new Set([deed!.key]), 90_000)).toEqual([]);
  });

  it('answers the next question as well, by the first rule that fits it', () => {
    const rules = [rule({ action: 'restart_pod', do: 'reject' }), rule({ service: 'payment-api' })];
    const [first] = deedsDue(rules, [ASKED], NOBODY, 40_000);
    expect(first?.rule.do).toBe('reject');
    expect(deedsDue(rules, [NEXT], new Set([first!.key]), 40_000).map((deed) => deed.rule.do)).toEqual(['approve']);
  });

  it('says nothing about another service, another state, or a question that was not delivered', () => {
    expect(deedsDue([rule({ service: 'cart-api' })], [ASKED], NOBODY, 90_000)).toEqual([]);
    expect(deedsDue([rule({ when: 'escalated' })], [ASKED], NOBODY, 90_000)).toEqual([]);
    expect(deedsDue([rule({})], [{ ...ASKED, stateDetail: { deliveredAt: null } }], NOBODY, 90_000)).toEqual([]);
  });
});

describe('a click', () => {
  const button = (action_id: string, value: string) => ({ type: 'button', action_id, value });
  const option = (value: string) => ({ text: { type: 'plain_text', text: value }, value });
  const messageOf = (...elements: object[]) => ({ ts: '1.0', blocks: [{ type: 'actions', elements }] });
  const deed = (incident: IncidentView, more: Partial<AnswerRule>) => ({ key: 'k', rule: rule(more), incident });

  it('is on the button of the incident’s own message, for the plan that it shows', () => {
    const messages = [
      messageOf(button('approve', 'INC-11|aaaaaaaaaaaaaaaa')),
      { ...messageOf(button('approve', 'INC-1|aaaaaaaaaaaaaaaa')), ts: '2.0' },
    ];
    expect(clickOf(deed(ASKED, {}), messages)).toEqual({
      ts: '2.0',
      action_id: 'approve',
      user: 'U_ONCALL',
      value: 'INC-1|aaaaaaaaaaaaaaaa',
    });
  });

  it('is on the question while there is one, for the incident with the whole of that id', () => {
    const asked: IncidentView = { ...ASKED, id: 'INC-1-k3f9x' };
    const messages = [
      messageOf(button('why', 'INC-1-k3f9x')),
      { ...messageOf(button('approve', 'INC-1-m2p7q|aaaaaaaaaaaaaaaa')), ts: '2.0' },
      { ...messageOf(button('approve', 'INC-1-k3f9x|aaaaaaaaaaaaaaaa'), button('hold', 'INC-1-k3f9x')), ts: '3.0' },
    ];
    expect(clickOf(deed(asked, {}), messages)?.ts).toBe('3.0');
    expect(clickOf(deed(asked, { do: 'hold' }), messages)?.ts).toBe('3.0');
    expect(clickOf(deed({ ...asked, id: 'INC-1' }, {}), messages)).toBeNull();
  });

  it('waits while the message still shows the plan before', () => {
    expect(clickOf(deed(NEXT, {}), [messageOf(button('approve', 'INC-1|aaaaaaaaaaaaaaaa'))])).toBeNull();
  });

  it('chooses from the menu: another plan, or what is no plan', () => {
    const menu = {
      type: 'static_select',
      action_id: 'option',
      options: [option('INC-1|bbbbbbbbbbbbbbbb'), option('INC-1|~false_alarm'), option('INC-1|~escalate')],
    };
    const chosen = (more: Partial<AnswerRule>) => clickOf(deed(ASKED, more), [messageOf(menu)])?.selected_option;
    expect(chosen({ do: 'choose', instead: 'scale_horizontal' })).toBe('INC-1|bbbbbbbbbbbbbbbb');
    expect(chosen({ do: 'escalate' })).toBe('INC-1|~escalate');
    expect(chosen({ do: 'choose', instead: 'rollback_deployment' })).toBeUndefined();
    expect(chosen({ do: 'hold' })).toBeUndefined();
  });
});
