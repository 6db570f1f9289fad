import { describe, expect, it } from 'vitest';
import type { ExecutionFact, Facts, FaultFact, IncidentFact } from '../../src/game-day/facts.ts';
import { isHarmful, judgeGameDay } from '../../src/game-day/judge.ts';
import { Scenario } from '../../src/game-day/scenario.ts';

const ROLLBACK: ExecutionFact = {
  action: 'rollback_deployment',
  target: 'payment-api',
  summary: 'Roll payment-api back',
  authority: { by: 'person', user: 'U_ONCALL' },
  startedAt: 200_000,
  verdict: 'recovered',
};
const HEALED: IncidentFact = {
  id: 'INC-1',
  service: 'payment-api',
  state: 'closed',
  outcome: 'healed',
  issue: 'crash_loop',
  cause: 'payment-api',
  openedAt: 160_000,
  closedAt: 400_000,
  mttrMs: 240_000,
  executions: [ROLLBACK],
  timeline: [],
};
const FAULT: FaultFact = {
  id: 'f-1',
  kind: 'bad-deploy',
  service: 'payment-api',
  since: 100_000,
  truth: { cause: 'a rollout', remedies: ['rollback_deployment'], harmful: ['scale_horizontal'] },
  ended: { at: 300_000, how: 'cured' },
};
const FACTS: Facts = {
  beganAt: 90_000,
  endedAt: 500_000,
  speed: 60,
  incidents: [HEALED],
  faults: [FAULT],
  changes: [{ at: 200_000, method: 'PATCH', target: 'deployments/payment-api', code: 200, body: '' }],
  pages: [{ at: 170_000, incident: 'INC-1', summary: 'Approval wanted', kind: 'approval' }],
  deeds: [],
};

/** As a scenario would say it. */
const expectations = (expect: unknown): Scenario['expect'] =>
  Scenario.parse({ name: 'N', teaches: 'T', lasts: '10m', expect }).expect;
const missed = (wanted: unknown, facts: Facts): string[] =>
  judgeGameDay(expectations(wanted), facts)
    .filter(({ met }) => !met)
    .map(({ expected, seen }) => `${expected}: ${seen}`);
const about = (more: object) => ({ incidents: [{ service: 'payment-api', ...more }] });

describe('expectations', () => {
  it('are all met by what they describe', () => {
    const wanted = {
      ...about({
        issue: 'crash_loop',
        cause: ['ledger-db', 'payment-api'],
        actions: ['rollback_deployment'],
        authority: 'person',
        outcome: ['self_healed', 'healed'],
        noticed_within: '1m',
        closed_within: '5m',
      }),
      at_most: 1,
      paged: false,
      changed: ['deployments/payment-api'],
    };
    expect(missed(wanted, FACTS)).toEqual([]);
    expect(judgeGameDay(expectations(wanted), FACTS)).toHaveLength(12);
  });

  it.each([
    [about({ issue: 'high_latency' }), 'payment-api: issue high_latency: crash_loop'],
    [about({ cause: 'ledger-db' }), 'payment-api: cause ledger-db: payment-api'],
    [about({ cause: null }), 'payment-api: no cause is named: payment-api'],
    [about({ actions: [] }), 'payment-api: nothing is done: rollback_deployment'],
    [
      about({ actions: ['restart_pod', 'rollback_deployment'] }),
      'payment-api: done: restart_pod, then rollback_deployment: rollback_deployment',
    ],
    [about({ authority: 'timeout' }), 'payment-api: on the word of timeout: person (U_ONCALL)'],
    [about({ outcome: 'escalated' }), 'payment-api: ends escalated: healed'],
    [about({ noticed_within: '59s' }), 'payment-api: noticed within 59 s: after 1 min'],
    [about({ closed_within: '4m' }), 'payment-api: closed within 4 min: after 5 min'],
    [{ incidents: [{ service: 'cart-api' }] }, 'an incident of cart-api: none was opened'],
    [{ at_most: 0 }, 'at most 0 incidents: 1: INC-1 payment-api'],
    [{ paged: true }, 'a person is called: nobody was called'],
    [{ changed: [] }, 'nothing in the cluster is changed: also PATCH deployments/payment-api'],
    [
      { changed: ['deployments/payment'] },
      'only deployments/payment may be changed: also PATCH deployments/payment-api',
    ],
  ])('%j is missed, and the facts say why', (wanted, message) => {
    expect(missed(wanted, FACTS)).toEqual([message]);
  });

  it('want one incident for each that they name, though two are of the same service', () => {
    const wanted = { incidents: [{ service: 'payment-api' }, { service: 'payment-api' }] };
    expect(missed(wanted, FACTS)).toEqual(['an incident of payment-api: none was opened']);
    expect(missed(wanted, { ...FACTS, incidents: [HEALED, { ...HEALED, id: 'INC-2' }] })).toEqual([]);
  });

  it('are held against the incident that fits best, whichever came first', () => {
    const suffered = { ...HEALED, id: 'INC-0', openedAt: 150_000, outcome: 'self_healed', executions: [] };
    const facts = { ...FACTS, incidents: [suffered, HEALED] };
    expect(missed(about({ outcome: 'healed', actions: ['rollback_deployment'] }), facts)).toEqual([]);
    expect(missed(about({ outcome: 'self_healed', actions: [] }), facts)).toEqual([]);
  });

  it('of a time are missed by an incident that never closed', () => {
    const open = { ...HEALED, closedAt: null, mttrMs: null, state: 'verifying', outcome: 'open' };
    expect(missed(about({ closed_within: '5m' }), { ...FACTS, incidents: [open] })).toEqual([
      'payment-api: closed within 5 min: not closed',
    ]);
  });

  it('take a call for a page, but not a wish for approval', () => {
    const called = {
      ...FACTS,
      pages: [{ at: 1, incident: 'INC-1', summary: 'payment-api is slow', kind: 'call' as const }],
    };
    expect(missed({ paged: true }, called)).toEqual([]);
    expect(missed({ paged: false }, called)).toEqual(['nobody is called: called for payment-api is slow']);
  });

  it('of changes cover subresources by a pattern, and no other kind of object', () => {
    const evicted = { at: 1, method: 'POST', target: 'pods/payment-api-6f7-x1/eviction', code: 201, body: '' };
    const facts = { ...FACTS, changes: [evicted] };
    expect(missed({ changed: ['pods/payment-api-*'] }, facts)).toEqual([]);
    expect(missed({ changed: ['deployments/payment-api-*'] }, facts)).toHaveLength(1);
    expect(missed({ changed: ['pods/cart-api-*'] }, facts)).toHaveLength(1);
  });
});

describe('a harmful step', () => {
  const other: FaultFact = {
    ...FAULT,
    id: 'f-2',
    service: 'cart-api',
    truth: { cause: 'a leak', remedies: ['restart_pod'], harmful: ['rollback_deployment'] },
  };

  it('is missed always, without being asked for', () => {
    const scaled = { ...ROLLBACK, action: 'scale_horizontal', summary: 'Scale payment-api to 5' };
    const facts = { ...FACTS, incidents: [{ ...HEALED, executions: [scaled] }] };
    expect(missed({}, facts)).toEqual(['no harmful step is taken: Scale payment-api to 5']);
  });

  it('is one that a fault forbids, in front of what it broke too', () => {
    expect(isHarmful({ ...ROLLBACK, action: 'scale_horizontal', target: 'checkout-api' }, [FAULT])).toBe(true);
    expect(isHarmful(ROLLBACK, [{ ...FAULT, truth: null }])).toBe(false);
  });

  it('is none when it cures what it changed, though it would harm elsewhere', () => {
    expect(isHarmful(ROLLBACK, [FAULT, other])).toBe(false);
    expect(isHarmful({ ...ROLLBACK, target: 'cart-api' }, [FAULT, other])).toBe(true);
  });
});
