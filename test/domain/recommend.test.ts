import { describe, expect, it } from 'vitest';
import { attemptKey, couldQualify, leaveOutAttempted, qualify } from '../../src/domain/recommend.ts';
import type { Playbook } from '../../src/domain/types/playbook.ts';
import { diagnosisOf, planOf, recommendationOf } from './examples.ts';

describe('a step that was tried or turned down', () => {
  const step = (action: string) => ({ ...recommendationOf().step, action });
  const scale = recommendationOf({ step: step('scale_horizontal'), plan: planOf({ action: 'scale_horizontal' }) });
  const other = recommendationOf({ step: step('restart_pod'), plan: planOf({ action: 'restart_pod' }) });
  const attempted = [attemptKey(scale)];

  it('in this incident is left out, and the rest stays in its order', () => {
    const { left, skippedSteps } = leaveOutAttempted([scale, other], { id: 'INC-2', attempted }, []);
    expect(left).toEqual([other]);
    expect(skippedSteps).toEqual([
      { action: 'scale_horizontal', reason: 'attempted', message: 'already tried or turned down in this incident' },
    ]);
  });

  it('on the same object in another open incident is left out too', () => {
    const { left, skippedSteps } = leaveOutAttempted([scale], { id: 'INC-2', attempted: [] }, [
      { id: 'INC-1', attempted },
    ]);
    expect(left).toEqual([]);
    expect(skippedSteps[0]?.message).toContain('INC-1');
  });

  it('on another object is not', () => {
    const elsewhere = { ...scale, plan: { ...scale.plan, target: { ...scale.plan.target, uid: 'another' } } };
    expect(leaveOutAttempted([elsewhere], { id: 'INC-2', attempted: [] }, [{ id: 'INC-1', attempted }]).left).toEqual([
      elsewhere,
    ]);
  });
});

it('tells the steps that are for a worse trouble apart from those that nothing would make sure', () => {
  const knowledge = { cures: { '*': [1, 1] as [number, number] }, against: { namespace: [], workload: [] } };
  const works = (value: number) => ({
    ...{ value: value / 2, worked: 0, tried: 0 },
    parts: [{ name: 'works', value, message: '' }],
  });
  const step = (action: string) => ({ ...recommendationOf().step, action, threshold: 9, confidence: 0.7 });
  const steps = [step('restart_pod'), step('scale_horizontal')];
  const playbook: Playbook = { issue: 'high_latency', title: '', steps, verify: { withinMs: 1, steadyMs: 1 } };
  const { mild, unsure } = qualify(
    playbook,
    diagnosisOf(),
    () => knowledge,
    ({ action }) => works(action === 'restart_pod' ? 0.9 : 0.4),
  );
  expect(unsure).toEqual([]);
  expect(mild.map((one) => [one.step.action, couldQualify(one)])).toEqual([
    ['restart_pod', true],
    ['scale_horizontal', false],
  ]);
});
