import { describe, expect, it } from 'vitest';
import { dueEffectFrom, incidentFrom, timelineEntryFrom } from '../../../src/adapters/redis/stored.ts';

describe('what 0.1.0 stored', () => {
  it('is read under the names of today, and what people and actions wrote stays as it was', () => {
    const stored = {
      ...{ id: 'INC-1', cluster: 'c', namespace: 'shop', service: 'a', groupKey: 'k', version: 3 },
      ...{ openedAt: 1, closedAt: null, executions: [], options: [{ plan: { data: { words: 'its own' } } }] },
      state: { name: 'queued', waiting: { code: 'trouble_gone', words: 'gone' } },
      alerts: [{ fingerprint: 'f', labels: { words: 'a label' } }],
      diagnosis: { issue: { words: 'slow' }, jam: { what: 'waits_outside' } },
      passedOver: [{ action: 'x', reason: 'spent', words: 'tried' }],
      spent: ['x@u'],
    };
    expect(incidentFrom(JSON.stringify(stored))).toMatchObject({
      state: { name: 'queued', waiting: { code: 'resolved', message: 'gone' } },
      alerts: [{ labels: { words: 'a label' } }],
      options: [{ plan: { data: { words: 'its own' } } }],
      diagnosis: { issue: { message: 'slow' }, bottleneck: { what: 'blocked_on_dependency' } },
      skippedSteps: [{ reason: 'attempted', message: 'tried' }],
      attempted: ['x@u'],
    });
    const line = { at: 1, type: 'trouble_gone', words: 'well', by: null, from: 'noticed', to: 'closed' };
    expect(timelineEntryFrom(JSON.stringify(line))).toMatchObject({ type: 'resolved', message: 'well' });
    expect(dueEffectFrom(['INC-1.tell', 'tell', 'INC-1', 5, 3, 0])).toMatchObject({ id: 'INC-1.tell', kind: 'notify' });
  });
});
