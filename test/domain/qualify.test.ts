import { describe, expect, it } from 'vitest';
import notifyOncall from '../../src/actions/notify-oncall.ts';
import restartDeployment from '../../src/actions/restart-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { confidenceIn, provenIn, qualify } from '../../src/domain/recommend.ts';
import type { Cause, Diagnosis } from '../../src/domain/types/diagnosis.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import type { Playbook, Step } from '../../src/domain/types/playbook.ts';
import { executionOf, recommendationOf } from './examples.ts';

const step = (action: string, threshold: number, confidence: number): Step => ({
  action,
  rung: 'mitigate',
  threshold,
  confidence,
  params: {},
});
const playbook: Playbook = {
  issue: 'high_latency',
  title: 'Slow answers',
  steps: [step('scale_horizontal', 2, 0.7), step('restart_deployment', 5, 0.8)],
  verify: { withinMs: 300_000, steadyMs: 60_000 },
};
const cause = (what: string, probability = 0.98): Cause => ({
  entity: { kind: 'Deployment', namespace: 'shop', name: 'cart-api' },
  what,
  probability,
  reasons: [],
});
const state = (what: string, name = 'cart-api'): Finding => ({
  kind: 'state',
  about: { kind: 'Deployment', namespace: 'shop', name },
  at: 0,
  what,
  message: `${what} of ${name}`,
  strength: 0.4,
});
const diagnosis = (what: string, findings: Finding[] = []): Diagnosis => ({
  at: 0,
  issue: { kind: 'high_latency', severity: 6, unit: 's', message: '' },
  causes: [cause(what)],
  somethingElse: 0.02,
  named: true,
  findings,
  measured: true,
});
const nothing = { worked: 0, tried: 0 };
const chosen = (given: Diagnosis, proven = new Set<string>()) =>
  qualify(
    playbook,
    given,
    (action) => [scaleHorizontal, restartDeployment].find(({ name }) => name === action) ?? null,
    (_step, knowledge) => confidenceIn(knowledge, given.causes[0] ?? null, nothing),
    proven,
  );
const actions = (given: Diagnosis, proven?: Set<string>) =>
  chosen(given, proven).candidates.map((one) => one.step.action);

describe('the steps that qualify', () => {
  it('are more pods where there is more load', () => {
    expect(actions(diagnosis('overload'))).toEqual(['scale_horizontal']);
  });
  it('are a restart and never more pods where processes hang', () => {
    expect(actions(diagnosis('deadlock'))).toEqual(['restart_deployment']);
  });
  it('are none for a cause that no step is known to cure', () => {
    expect(actions(diagnosis('config_change'))).toEqual([]);
  });
});

describe('a step', () => {
  it('of an action that is not there is passed over, and says so', () => {
    const { candidates, skippedSteps } = qualify(
      playbook,
      diagnosis('overload'),
      () => null,
      () => ({ value: 1, parts: [], ...nothing }),
    );
    expect(candidates).toEqual([]);
    expect(skippedSteps.map(({ reason }) => reason)).toEqual(['not_available', 'not_available']);
  });

  it('that needs no cause is as sure without one', () => {
    const told = { cures: notifyOncall.cures, needsCause: false as const };
    expect(confidenceIn(told, null, nothing).value).toBeCloseTo(0.99);
    expect(confidenceIn(scaleHorizontal, null, nothing).value).toBe(0);
  });
});

describe('a step that has cured what it was aimed at, while more of the same is left', () => {
  const run = (targetWell: boolean, issue = 'high_latency') => {
    const verification = { verdict: 'unchanged' as const, at: 0, message: '', targetWell };
    const recommendation = recommendationOf({ issue, step: step('restart_deployment', 5, 0.8) });
    return provenIn({ executions: [executionOf({ verification, recommendation })] }, 'high_latency');
  };
  const mild = { ...diagnosis('deadlock'), issue: { kind: 'high_latency', severity: 2.5, unit: 's', message: '' } };

  it("doesn't wait until the rest is as bad", () => {
    expect(actions(mild)).toEqual([]);
    expect(actions(mild, run(true))).toEqual(['restart_deployment']);
  });
  it('waits where it cured nothing, or another kind of trouble', () => {
    expect(actions(mild, run(false))).toEqual([]);
    expect(actions(mild, run(true, 'high_memory_usage'))).toEqual([]);
  });
});

describe('facts against a step', () => {
  it('forbid more pods where the quota or the autoscaler lets none come, and say why', () => {
    for (const what of ['quota_full', 'quota_exceeded', 'autoscaler_limit', 'unschedulable']) {
      const { candidates, skippedSteps } = chosen(diagnosis('overload', [state(what)]));
      expect(candidates, what).toEqual([]);
      expect(skippedSteps[0]).toEqual({
        action: 'scale_horizontal',
        reason: 'refused',
        message: `${what} of cart-api`,
      });
    }
  });
  it('forbid a restart where a network policy keeps callers out, however sure it is that processes hang', () => {
    for (const what of ['network_policy', 'network_policy_denies'])
      expect(actions(diagnosis('deadlock', [state(what)])), what).toEqual([]);
  });
  it("leave a step alone that they don't concern", () => {
    expect(actions(diagnosis('overload', [state('autoscaler_limit', 'auth-api')]))).toEqual(['scale_horizontal']);
    expect(actions(diagnosis('deadlock', [state('quota_full')]))).toEqual(['restart_deployment']);
  });
});
