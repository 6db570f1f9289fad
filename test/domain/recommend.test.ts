import { describe, expect, it } from 'vitest';
import { attemptKey, leaveOutAttempted } from '../../src/domain/recommend.ts';
import { planOf, recommendationOf } from './examples.ts';

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
